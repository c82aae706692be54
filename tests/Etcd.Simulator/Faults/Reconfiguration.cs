using Etcd.Simulator.Members;
using Etcd.Simulator.World;
using Etcd.StateMachine.Membership;

namespace Etcd.Simulator.Faults;

/// <summary>
/// Changes the membership, one step at a time as an operator would: a learner is added and started, promoted once it
/// has caught up, and sometimes a member is removed for good. A member that cannot start on its disk is removed first,
/// and a new one with another id takes its place.
/// </summary>
internal sealed class Reconfiguration(Simulation simulation, Random random)
{
    private const int MostMembers = 7;

    private readonly List<SimMember> _leaving = [];
    private ClusterMember? _adding;
    private SimMember? _learner;
    private int _missing;
    private bool _busy;

    /// <summary>True while there is a member to be replaced, or its replacement is on its way.</summary>
    public bool HasReplacements => Broken is not null || _missing > 0 || _learner is not null;

    /// <summary>True when a healthy member may still be removed by a proposal that was never answered.</summary>
    public bool MayTakeHealthy => _leaving.Exists(static member => !member.IsRetired);

    private SimMember? Broken =>
        simulation.Members.FirstOrDefault(static member => member.IsBroken && !member.IsRetired);

    public void Step()
    {
        if (_busy || simulation.AnyRunning(random) is not { } contact)
        {
            return;
        }

        if (_learner is { IsRetired: true })
        {
            _learner = null;
        }

        if (_learner is { IsBroken: true } lost)
        {
            Remove(contact, lost, () => _learner = null);
        }
        else if (_learner is not null)
        {
            Promote(contact, _learner);
        }
        else if (Broken is { } broken)
        {
            Remove(contact, broken, () => _missing++);
        }
        else if (simulation.Members.Count(static member => !member.IsRetired) < MostMembers
            && (_adding is not null || _missing > 0 || random.Next(2) == 0))
        {
            Add(contact);
        }
        else
        {
            RemoveHealthy(contact);
        }
    }

    private void Add(SimMember contact)
    {
        ClusterMember self = _adding ??= simulation.NewMember(isLearner: true);
        Change(contact, $"add {self.Id:x}", id => MembershipRequests.Add(id, self), () =>
        {
            if (_adding == self)
            {
                _adding = null;
                _missing = Math.Max(0, _missing - 1);
                _learner = simulation.Join(self);
                if (simulation.Buggify.At(RarePlace.LosesLearner, self.Id))
                {
                    _learner.LoseFiles();
                }
                else
                {
                    _learner.Start();
                }
            }
        });
    }

    private void Promote(SimMember contact, SimMember learner)
    {
        // As the product's check: a learner far behind would cost the cluster its quorum.
        bool ready = learner.IsRunning && contact.IsRunning
            && learner.Core.State.AppliedIndex + 50 > contact.Core.State.AppliedIndex;
        if (ready)
        {
            Change(
                contact,
                $"promote {learner.Id:x}",
                id => MembershipRequests.Promote(id, learner.Id),
                () => _learner = null);
        }
    }

    private void RemoveHealthy(SimMember contact)
    {
        SimMember[] candidates = [.. simulation.Members.Where(member => !member.IsRetired && member != _learner)];
        int running = candidates.Count(static member => member.IsRunning && !member.IsPaused && !member.IsLost);
        if (candidates.Length <= 3 || running < candidates.Length)
        {
            return;
        }

        SimMember leaving = candidates[random.Next(candidates.Length)];
        _leaving.Add(leaving);
        Remove(contact, leaving, static () => { });
    }

    private void Remove(SimMember contact, SimMember leaving, Action done) => Change(
        contact, $"remove {leaving.Id:x}", id => MembershipRequests.Remove(id, leaving.Id), done);

    private void Change(SimMember contact, string what, Func<ulong, Raftpb.ConfChange> change, Action done)
    {
        _busy = true;
        simulation.Trace.Add(TraceKind.Reconfigure, contact.Id, text: what);
        bool answered = false;
        contact.WhenAwake(() => contact.ProposeChange(change, result =>
        {
            answered = true;
            _busy = false;
            if (result.Error is null)
            {
                simulation.Trace.Add(TraceKind.Reconfigure, contact.Id, 1, text: what + " is done");
                done();
            }
        }));
        if (simulation.Buggify.At(RarePlace.RepeatsChange, contact.Id)
            && simulation.AnyRunning(random) is { } other)
        {
            other.WhenAwake(() => other.ProposeChange(change, static _ => { }));
        }

        simulation.Scheduler.After(4 * Scheduler.Second, () => _busy &= answered && _busy);
    }
}

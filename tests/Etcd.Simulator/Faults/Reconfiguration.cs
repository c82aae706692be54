using Etcd.Simulator.Members;
using Etcd.Simulator.World;
using Etcd.StateMachine.Membership;

namespace Etcd.Simulator.Faults;

/// <summary>
/// Changes the membership, one step at a time as an operator would: a learner is added and started, promoted once it
/// has caught up, and sometimes a member is removed for good.
/// </summary>
internal sealed class Reconfiguration(Simulation simulation, Random random)
{
    private const int MostMembers = 7;

    private ClusterMember? _adding;
    private SimMember? _learner;
    private bool _busy;

    public void Step()
    {
        if (_busy || simulation.AnyRunning(random) is not { } contact)
        {
            return;
        }

        if (_learner is not null)
        {
            Promote(contact, _learner);
        }
        else if (simulation.Members.Count(static member => !member.IsRetired) < MostMembers
            && (_adding is not null || random.Next(2) == 0))
        {
            Add(contact);
        }
        else
        {
            Remove(contact);
        }
    }

    private void Add(SimMember contact)
    {
        ClusterMember self = _adding ??= Simulation.NewMember(simulation.Members.Count + 1, isLearner: true);
        Change(contact, $"add {self.Id:x}", id => MembershipRequests.Add(id, self), () =>
        {
            if (_adding == self)
            {
                _adding = null;
                _learner = simulation.Join(self);
                _learner.Start();
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

    private void Remove(SimMember contact)
    {
        SimMember[] candidates = [.. simulation.Members.Where(member => !member.IsRetired && member != _learner)];
        int running = candidates.Count(static member => member.IsRunning && !member.IsPaused);
        if (candidates.Length <= 3 || running < candidates.Length)
        {
            return;
        }

        SimMember leaving = candidates[random.Next(candidates.Length)];
        Change(contact, $"remove {leaving.Id:x}", id => MembershipRequests.Remove(id, leaving.Id), static () => { });
    }

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
        simulation.Scheduler.After(4 * Scheduler.Second, () => _busy &= answered && _busy);
    }
}

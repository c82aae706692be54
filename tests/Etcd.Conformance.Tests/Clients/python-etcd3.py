"""The documented use of Debian's python3-etcd3: what it prints must be the same against every server.

Usage: python3 python-etcd3.py PORT
"""
import io
import sys
import threading

import etcd3

client = etcd3.client(host="127.0.0.1", port=int(sys.argv[1]), timeout=30)

# Keys.
client.put("py/bar", "doot")
value, metadata = client.get("py/bar")
print("get", value, metadata.key, metadata.version)
print("missing", client.get("py/nothing"))
for key in ("py/p/1", "py/p/2", "py/p/3"):
    client.put(key, "value of " + key)
print("prefix", [(v, m.key) for v, m in client.get_prefix("py/p/", sort_order="descend", sort_target="key")])
print("range", [m.key for _, m in client.get_range("py/p/1", "py/p/3")])
print("replace", client.replace("py/bar", "doot", "toot"), client.replace("py/bar", "doot", "no"))
print("absent", client.put_if_not_exists("py/new", "1"), client.put_if_not_exists("py/new", "2"))
print("previous", client.put("py/bar", "last", prev_kv=True).prev_kv.value)
print("delete", client.delete("py/bar"), client.delete("py/bar"))
print("delete prefix", client.delete_prefix("py/p/").deleted)

# Transactions.
tx = client.transactions
for expected in ("1", "2"):
    print("transaction", client.transaction(
        compare=[tx.value("py/new") == expected, tx.version("py/new") > 0],
        success=[tx.put("py/txn", "success"), tx.get("py/new")],
        failure=[tx.put("py/txn", "failure"), tx.delete("py/nothing")])[0], client.get("py/txn")[0])

# Watches.
events, cancel = client.watch("py/watched")
client.put("py/watched", "1")
client.delete("py/watched")
for event in events:
    print("watch", type(event).__name__, event.key, event.value)
    if isinstance(event, etcd3.events.DeleteEvent):
        cancel()
arrived = threading.Event()
seen = []


def callback(response):
    for event in getattr(response, "events", [response]):
        seen.append(event.key)
    if len(seen) == 2:
        arrived.set()


watch_id = client.add_watch_callback("py/w/", callback, range_end="py/w0")
client.put("py/w/a", "1")
client.put("py/w/b", "2")
print("callback", arrived.wait(30), seen)
client.cancel_watch(watch_id)

# Leases.
lease = client.lease(30)
client.put("py/leased", "1", lease)
print("lease", lease.granted_ttl, lease.remaining_ttl > 0, lease.keys)
print("refresh", [response.TTL for response in lease.refresh()])
lease.revoke()
print("revoked", client.get("py/leased"))

# Locks.
lock = client.lock("py/thing", ttl=30)
print("lock", lock.acquire(), lock.is_acquired())
print("second", client.lock("py/thing", ttl=30).acquire(timeout=0))
print("release", lock.release(), lock.is_acquired())
with client.lock("py/machine", ttl=30) as held:
    print("with", held.is_acquired())

# Cluster and maintenance.
print("members", len(list(client.members)), client.status().version.split(".")[0], list(client.list_alarms()))
snapshot = io.BytesIO()
client.snapshot(snapshot)
print("snapshot", len(snapshot.getvalue()) % 512)
print("hash", client.hash() > 0)
client.defragment()
revision = client.put("py/end", "1").header.revision
client.compact(revision, physical=True)
try:
    client.compact(revision)
except Exception as error:  # The client has no class of its own for it.
    print("compacted", error.details())
try:
    etcd3.client(host="127.0.0.1", port=1, timeout=2).get("x")
except etcd3.Etcd3Exception as error:
    print("nobody there", type(error).__name__)
client.close()

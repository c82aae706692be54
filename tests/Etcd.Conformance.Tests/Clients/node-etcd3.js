'use strict';

// The documented use of npm's etcd3: what it prints must be the same against every server.
// Usage: node node-etcd3.js http://127.0.0.1:2379
const { Etcd3 } = require('etcd3');

const print = (...values) => console.log(...values.map(v => typeof v === 'string' ? v : JSON.stringify(v)));
const next = (emitter, event) => new Promise(resolve => emitter.once(event, resolve));

async function main(endpoint) {
  const client = new Etcd3({ hosts: endpoint });

  // Keys.
  await client.put('node/foo').value('bar');
  print('get', await client.get('node/foo').string());
  await client.put('node/number').value(42);
  print('number', await client.get('node/number').number());
  print('missing', await client.get('node/nothing'));
  for (const key of ['node/a1', 'node/a2', 'node/a3']) await client.put(key).value(`value of ${key}`);
  print('prefix', await client.getAll().prefix('node/a').strings());
  print('keys', await client.getAll().prefix('node/a').keys());
  print('sorted', await client.getAll().prefix('node/a').sort('Key', 'Descend').limit(2).keys());
  print('count', await client.getAll().prefix('node/a').count());
  print('range', await client.getAll().inRange({ start: 'node/a1', end: 'node/a3' }).keys());
  print('delete', (await client.delete().key('node/a1')).deleted);
  print('delete prefix', (await client.delete().prefix('node/a')).deleted);
  print('touch', (await client.put('node/foo').touch()).header !== undefined);

  // Namespaces.
  const namespace = client.namespace('node/room/');
  await namespace.put('in').value('x');
  print('namespace', await client.get('node/room/in').string(), await namespace.getAll().keys());

  // Transactions.
  const transaction = await client.if('node/foo', 'Value', '==', 'bar')
    .and('node/foo', 'Version', '>', 0)
    .then(client.put('node/foo').value('then'), client.get('node/number'))
    .else(client.put('node/foo').value('else'))
    .commit();
  print('transaction', transaction.succeeded, transaction.responses.length, await client.get('node/foo').string());
  const stm = await client.stm().transact(tx => Promise.all([tx.get('node/foo').string(), tx.put('node/copy').value('stm')]));
  print('stm', stm[0], await client.get('node/copy').string());

  // Watches.
  const watcher = await client.watch().key('node/watched').create();
  const put = next(watcher, 'put');
  await client.put('node/watched').value('1');
  const seen = await put;
  print('watch put', seen.key.toString(), seen.value.toString(), seen.version);
  const deleted = next(watcher, 'delete');
  await client.delete().key('node/watched');
  print('watch delete', (await deleted).key.toString());
  await watcher.cancel();
  const prefixWatcher = await client.watch().prefix('node/w/').withPreviousKV().create();
  const events = [];
  const three = new Promise(resolve => prefixWatcher.on('data', response => {
    events.push(...response.events.map(e => `${e.type} ${e.kv.key} ${e.prev_kv ? e.prev_kv.value : '-'}`));
    if (events.length === 3) resolve();
  }));
  await client.put('node/w/1').value('a');
  await client.put('node/w/1').value('b');
  await client.delete().key('node/w/1');
  await three;
  print('watch prefix', events);
  await prefixWatcher.cancel();

  // Leases.
  const lease = client.lease(10, { autoKeepAlive: false });
  await lease.put('node/leased').value('1');
  const id = await lease.grant();
  print('lease', id.length > 0, await client.get('node/leased').string());
  await lease.keepaliveOnce();
  await lease.revoke();
  print('revoked', await client.get('node/leased').string());
  const gone = client.lease(10, { autoKeepAlive: false });
  await gone.grant();
  await client.leaseClient.leaseRevoke({ ID: await gone.grant() });
  print('lost', await gone.keepaliveOnce().then(() => 'alive', error => error.constructor.name));

  // Locks.
  print('lock', await client.lock('node/mutex').ttl(30).do(async () => {
    const second = await client.lock('node/mutex').ttl(30).acquire().then(() => 'taken twice', e => e.constructor.name);
    return `inside, ${second}`;
  }));
  const lock = await client.lock('node/mutex').ttl(30).acquire();
  await lock.release();

  // Elections.
  const election = client.election('node/chair', 10);
  const observer = await election.observe();
  const campaign = election.campaign('one');
  await next(campaign, 'elected');
  if (observer.leader() !== 'one') await next(observer, 'change');
  print('elected', observer.leader(), await election.leader());
  const changed = next(observer, 'change');
  await campaign.proclaim('two');
  print('proclaimed', await changed);
  await campaign.resign();
  await observer.cancel();

  // Cluster and maintenance.
  const members = await client.cluster.memberList({});
  print('members', members.members.length, (await client.maintenance.status({})).version.split('.')[0]);
  print('alarms', (await client.maintenance.alarm({ action: 'Get' })).alarms.length);
  client.close();
}

main(process.argv[2]).then(() => process.exit(0), error => { console.error(error); process.exit(1); });

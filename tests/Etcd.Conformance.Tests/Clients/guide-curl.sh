# The calls of etcd's guide to its JSON API, with curl: what they print must be the same against every server.
# Usage: bash guide-curl.sh http://127.0.0.1:2379
set -euo pipefail

curl -sL $1/v3/kv/put -X POST -d '{"key": "Zm9v", "value": "YmFy"}'
echo

curl -sL $1/v3/kv/range -X POST -d '{"key": "Zm9v"}'
echo

curl -sL $1/v3/kv/range -X POST -d '{"key": "Zm9v", "range_end": "Zm9w"}'
echo

exec 3< <(exec curl -sN $1/v3/watch -X POST -d '{"create_request": {"key":"Zm9v"} }' 2>/dev/null)
watch=$!
read -r created <&3
echo "$created"
curl -sL $1/v3/kv/put -X POST -d '{"key": "Zm9v", "value": "YmFy"}' >/dev/null 2>&1
read -r event <&3
echo "$event"
kill $watch

curl -sL $1/v3/kv/txn -X POST \
  -d '{"compare":[{"target":"CREATE","key":"Zm9v","createRevision":"2"}],"success":[{"requestPut":{"key":"Zm9v","value":"YmFy"}}]}'
echo

curl -sL $1/v3/kv/txn -X POST \
  -d '{"compare":[{"version":"4","result":"EQUAL","target":"VERSION","key":"Zm9v"}],"success":[{"requestRange":{"key":"Zm9v"}}]}'
echo

# Outlives the app host: reads "add PID" and "gone PID" lines from it, and when the pipe breaks, stops every
# process group that is still there. Runs in a session of its own, so no signal to the app host's group reaches it.
trap '' INT TERM HUP
groups=' '
while read -r what pid; do
  case $what in
    add) groups="$groups$pid " ;;
    gone) groups=$(printf '%s' "$groups" | sed "s/ $pid / /") ;;
  esac
done
for pid in $groups; do kill -s TERM -- "-$pid" 2>/dev/null; done
waited=0
while [ "$waited" -lt 100 ]; do
  alive=
  for pid in $groups; do kill -s 0 -- "-$pid" 2>/dev/null && alive=yes; done
  [ -z "$alive" ] && exit 0
  sleep 0.1
  waited=$((waited + 1))
done
for pid in $groups; do kill -s KILL -- "-$pid" 2>/dev/null; done

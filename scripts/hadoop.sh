#!/usr/bin/env bash
# HDFS (a NameNode, two DataNodes) and YARN (a ResourceManager, two NodeManagers) on this machine:
# real daemons with small heaps that listen on 127.0.0.1 only.
#   scripts/hadoop.sh start    prints the folder for HADOOP_CONF_DIR once all daemons are up
#   scripts/hadoop.sh stop
#   scripts/hadoop.sh status
#   scripts/hadoop.sh jars NAME   fetches what conf/hadoop/NAME.xml lists; prints the jars' folder
# The daemons come from Maven as conf/hadoop/daemons.xml pins them; needs mvn, and Java 17 or 21.
# Exits with 3 when they cannot be had. Ports are free ones, new at each start; the URI of HDFS is
# fs.defaultFS in core-site.xml of the printed folder.
# Environment: STEAMREC_HADOOP_DIR (state, data and logs; default build/hadoop), STEAMREC_JARS
# (default build/jars), STEAMREC_NODE_MEMORY (MiB of containers on each node; 2048).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
state=${STEAMREC_HADOOP_DIR:-$root/build/hadoop}
jars=${STEAMREC_JARS:-$root/build/jars}
daemons=(namenode datanode-1 datanode-2 resourcemanager nodemanager-1 nodemanager-2)

say() { printf 'hadoop.sh: %s\n' "$*" >&2; }

fetch() { # NAME: conf/hadoop/NAME.xml; the jars of another version of the list are not used
  local list=$root/conf/hadoop/$1.xml target
  target=$jars/$1-$(sha256sum < "$list" | cut -c1-12)
  if [ ! -d "$target" ]; then
    command -v mvn > /dev/null || { say "Maven is not here; install mvn to fetch $1's jars."; exit 3; }
    rm -rf "$target.partial"
    if ! mvn -q -B -f "$list" dependency:copy-dependencies -DincludeScope=runtime \
      -DoutputDirectory="$target.partial" > "$jars/$1.log" 2>&1; then
      say "Maven could not fetch $1's jars; see $jars/$1.log"
      exit 3
    fi
    mv -T "$target.partial" "$target" 2> /dev/null || rm -rf "$target.partial"  # another was first
  fi
  echo "$target"
}

# Whether the process of a pid file still is that daemon (a pid may be another's now).
alive() {
  local pid
  pid=$(cat "$state/$1.pid" 2> /dev/null) || return 1
  [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q -- "-Dsteamrec.daemon=$1 "
}

configure() {
  python3 - "$state" "${STEAMREC_NODE_MEMORY:-2048}" <<'PY'
import pathlib, random, socket, sys
from xml.sax.saxutils import escape

state, memory = pathlib.Path(sys.argv[1]), sys.argv[2]

def free_ports():
    # Below the ports that systems hand out by themselves: another process could get one of those.
    for port in random.sample(range(10_000, 32_000), 1_000):
        try:
            socket.create_server(("127.0.0.1", port)).close()
            yield f"127.0.0.1:{port}"
        except OSError:
            continue

ports = free_ports()
hdfs, *rest = (next(ports) for _ in range(7))
web, rm, scheduler, tracker, admin, rm_web = rest

def write(folder, name, properties):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"  <property><name>{escape(key)}</name><value>{escape(str(value))}</value></property>"
             for key, value in properties.items()]
    text = "\n".join(["<configuration>", *lines, "</configuration>", ""])
    (folder / name).write_text(text)

core = {"fs.defaultFS": f"hdfs://{hdfs}", "hadoop.tmp.dir": state / "tmp"}
dfs = {
    "dfs.replication": 2,
    "dfs.namenode.name.dir": state / "data/namenode",
    "dfs.namenode.http-address": web,
    "dfs.namenode.rpc-address": hdfs,
    "dfs.namenode.datanode.registration.ip-hostname-check": "false",
    "dfs.namenode.heartbeat.recheck-interval": 5000,
    "dfs.permissions.enabled": "false",
    "dfs.datanode.address": "127.0.0.1:0",
    "dfs.datanode.http.address": "127.0.0.1:0",
    "dfs.datanode.ipc.address": "127.0.0.1:0",
    "dfs.datanode.du.reserved": 0,
}
yarn = {
    "yarn.resourcemanager.hostname": "127.0.0.1",
    "yarn.resourcemanager.address": rm,
    "yarn.resourcemanager.scheduler.address": scheduler,
    "yarn.resourcemanager.resource-tracker.address": tracker,
    "yarn.resourcemanager.admin.address": admin,
    "yarn.resourcemanager.webapp.address": rm_web,
    "yarn.resourcemanager.scheduler.class": (
        "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler"),
    "yarn.scheduler.minimum-allocation-mb": 128,
    "yarn.scheduler.include-port-in-node-name": "true",
    "yarn.nm.liveness-monitor.expiry-interval-ms": 15000,
    "yarn.am.liveness-monitor.expiry-interval-ms": 60000,
    "yarn.resourcemanager.am.max-attempts": 2,
    "yarn.nodemanager.hostname": "127.0.0.1",
    "yarn.nodemanager.address": "127.0.0.1:0",
    "yarn.nodemanager.localizer.address": "127.0.0.1:0",
    "yarn.nodemanager.webapp.address": "127.0.0.1:0",
    "yarn.nodemanager.resource.memory-mb": memory,
    "yarn.nodemanager.resource.cpu-vcores": 4,
    "yarn.nodemanager.pmem-check-enabled": "false",
    "yarn.nodemanager.vmem-check-enabled": "false",
    "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": 100,
    "yarn.nodemanager.delete.debug-delay-sec": 0,
    "yarn.application.classpath": "",
}
for name in ("client", "datanode-1", "datanode-2", "nodemanager-1", "nodemanager-2"):
    folder = state / "conf" / name
    own_dfs = dfs | {"dfs.datanode.data.dir": state / "data" / name}
    own_yarn = yarn | {
        "yarn.nodemanager.local-dirs": state / "data" / name / "local",
        "yarn.nodemanager.log-dirs": state / "logs" / name,
    }
    write(folder, "core-site.xml", core)
    write(folder, "hdfs-site.xml", own_dfs)
    write(folder, "yarn-site.xml", own_yarn)
    for pages in ("hdfs", "datanode"):  # the jars hold no web pages, and HDFS wants the folders
        (folder / "webapps" / pages).mkdir(parents=True, exist_ok=True)
    (folder / "log4j.properties").write_text(
        "log4j.rootLogger=INFO, out\n"
        "log4j.appender.out=org.apache.log4j.ConsoleAppender\n"
        "log4j.appender.out.layout=org.apache.log4j.PatternLayout\n"
        "log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n\n"
    )
PY
}

daemon() { # NAME HEAP CONF_FOLDER CLASS [ARGUMENTS]
  local name=$1 heap=$2 conf=$3
  shift 3
  HADOOP_CONF_DIR=$state/conf/client JAVA_HOME=$java_home setsid "$java_home/bin/java" "-Dsteamrec.daemon=$name" \
    "-Xmx$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true \
    --add-opens=java.base/java.lang=ALL-UNNAMED -cp "$state/conf/$conf:$lib/*" "$@" \
    > "$state/logs/$name.log" 2>&1 < /dev/null &
  disown $!
  echo $! > "$state/$name.pid"
}

started() { # NAME PATTERN
  for _ in $(seq 240); do
    grep -qE "$2" "$state/logs/$1.log" && return
    alive "$1" || kill -0 "$(cat "$state/$1.pid")" 2> /dev/null || break
    sleep 0.25
  done
  say "$1 did not come up; see $state/logs/$1.log"
  tail -n 5 "$state/logs/$1.log" >&2
  stop
  exit 1
}

stop() {
  local name
  for name in nodemanager-2 nodemanager-1 resourcemanager datanode-2 datanode-1 namenode; do
    if alive "$name"; then
      kill "$(cat "$state/$name.pid")" 2> /dev/null || true
      for _ in $(seq 50); do alive "$name" || break; sleep 0.1; done
      if alive "$name"; then kill -9 "$(cat "$state/$name.pid")" 2> /dev/null || true; fi
    fi
    rm -f "$state/$name.pid"
  done
}

case ${1:-} in
  start)
    if alive namenode && alive resourcemanager; then
      say "Hadoop runs already"
      echo "$state/conf/client"
      exit 0
    fi
    java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
    mkdir -p "$state/logs" "$state/data" "$jars"
    lib=$(fetch daemons)
    stop
    rm -rf "$state/data" "$state/tmp"  # a cluster for trials: it starts empty
    rm -f "$state"/logs/*.log
    configure
    "$java_home/bin/java" -Xmx128m -cp "$state/conf/client:$lib/*" \
      org.apache.hadoop.hdfs.server.namenode.NameNode -format -nonInteractive -force \
      > "$state/logs/format.log" 2>&1 || { say "the NameNode cannot be formatted; see $state/logs/format.log"; exit 1; }
    daemon namenode 192m client org.apache.hadoop.hdfs.server.namenode.NameNode
    daemon resourcemanager 192m client org.apache.hadoop.yarn.server.resourcemanager.ResourceManager
    for number in 1 2; do
      daemon "datanode-$number" 128m "datanode-$number" org.apache.hadoop.hdfs.server.datanode.DataNode
      daemon "nodemanager-$number" 160m "nodemanager-$number" \
        org.apache.hadoop.yarn.server.nodemanager.NodeManager
    done
    started namenode 'Starting CacheReplicationMonitor'
    started resourcemanager 'Transitioned to active state'
    for number in 1 2; do
      started "datanode-$number" 'successfully registered with NN'
      started "nodemanager-$number" 'Registered with ResourceManager'
    done
    echo "$state/conf/client"
    ;;
  stop) stop ;;
  status)
    up=0
    for name in "${daemons[@]}"; do
      if alive "$name"; then echo "$name: process $(cat "$state/$name.pid")"; up=$((up + 1)); else echo "$name: not running"; fi
    done
    [ "$up" -eq ${#daemons[@]} ] || exit 1
    ;;
  jars)
    mkdir -p "$jars"
    [ -f "$root/conf/hadoop/${2:-}.xml" ] || { say "jars takes daemons or s3a"; exit 2; }
    fetch "$2"
    ;;
  *)
    echo "usage: scripts/hadoop.sh start|stop|status|jars NAME" >&2
    exit 2
    ;;
esac

"""What a program does with the Python client: create, watch, read, execute, patch, delete. Prints what it saw as JSON."""

import json
import sys

from kubernetes import client, config, utils, watch
from kubernetes.stream import stream

config.load_kube_config(config_file=sys.argv[1])
core = client.CoreV1Api()
seen = {"version": client.VersionApi().get_code().git_version}



def changes(since):
    """Of pods, none left out."""
    return watch.Watch().stream(core.list_namespaced_pod, "default", resource_version=since, timeout_seconds=90)


before = core.list_namespaced_pod("default").metadata.resource_version
utils.create_from_dict(client.ApiClient(), json.load(open(sys.argv[2])))
phases = []
for event in changes(before):
    if event["object"].metadata.name != "python":
        continue
    phases.append(f"{event['type']} {event['object'].status.phase}")
    statuses = event["object"].status.container_statuses or []
    if statuses and statuses[0].ready:
        break
seen["phases"] = sorted(set(phases))

# Ready says that the container runs, not that it has written: the first line is waited for, then it can be read.
seen["followed"] = next(watch.Watch().stream(core.read_namespaced_pod_log, "python", "default", follow=True))
seen["log"] = core.read_namespaced_pod_log("python", "default")
seen["exec"] = stream(
    core.connect_get_namespaced_pod_exec, "python", "default", command=["hostname"], stderr=True, stdin=False, stdout=True, tty=False
)
running = stream(
    core.connect_get_namespaced_pod_exec,
    "python",
    "default",
    command=["sh", "-c", "read line; echo got $line; exit 3"],
    stderr=True,
    stdin=True,
    stdout=True,
    tty=False,
    _preload_content=False,
)
running.write_stdin("hello\n")
running.run_forever(timeout=60)
seen["interactive"] = running.read_stdout()
seen["exitCode"] = running.returncode

core.patch_namespaced_pod("python", "default", {"metadata": {"labels": {"patched": "yes"}}})
seen["patched"] = [pod.metadata.name for pod in core.list_pod_for_all_namespaces(label_selector="patched=yes").items]
seen["events"] = sorted({event.reason for event in core.list_namespaced_event("default").items})

before = core.list_namespaced_pod("default").metadata.resource_version
core.delete_namespaced_pod("python", "default", grace_period_seconds=1)
for event in changes(before):
    if event["type"] == "DELETED":
        seen["deleted"] = event["object"].metadata.name
        break
try:
    core.read_namespaced_pod("python", "default")
except client.ApiException as error:
    seen["missing"] = [error.status, json.loads(error.body)["reason"]]
print(json.dumps(seen))

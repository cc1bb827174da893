"""Pods and their containers: pkg/apis/core/validation/validation_test.go restated, a row a rule."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis.violations import Version
from tests.apis.samples import LATEST, container, obj, paths, pod, pod_of, said, template

Fields = dict[str, Any]


def test_a_sound_pod() -> None:
    assert said(pod_of(ports=[{"containerPort": 80, "name": "http"}], env=[{"name": "A", "value": "b"}])) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "name: Required value"),
        ({"image": None}, "image: Required value"),
        (
            {"imagePullPolicy": "always"},
            'imagePullPolicy: Unsupported value: "always": supported values: "Always", "IfNotPresent", "Never"',
        ),
        (
            {"terminationMessagePolicy": "Log"},
            'terminationMessagePolicy: Unsupported value: "Log": supported values: "File", '
            '"FallbackToLogsOnError"',
        ),
        ({"image": " i"}, 'image: Invalid value: " i": must not have leading or trailing whitespace'),
        ({"ports": [{}]}, "ports[0].containerPort: Required value"),
        (
            {"ports": [{"containerPort": 70000}]},
            "ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
        ),
        (
            {"ports": [{"containerPort": 80, "protocol": "tcp"}]},
            'ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
        ),
        (
            {"ports": [{"containerPort": 80, "name": "a-very-long-port-name"}]},
            'ports[0].name: Invalid value: "a-very-long-port-name": must be no more than 15 characters',
        ),
        (
            {"ports": [{"containerPort": 80, "name": "80"}]},
            'ports[0].name: Invalid value: "80": must contain at least one letter (a-z)',
        ),
        ({"volumeMounts": [{"name": "data", "mountPath": "/d"}]}, 'volumeMounts[0].name: Not found: "data"'),
        ({"env": [{"value": "x"}]}, "env[0].name: Required value"),
        (
            {"env": [{"name": "A", "valueFrom": {}}]},
            'env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, '
            '`configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
        ),
        ({"envFrom": [{}]}, 'envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'),
        (
            {"restartPolicy": "Sometimes"},
            'restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
        ),
        (
            {"securityContext": {"runAsUser": -1}},
            "securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_container(fields: Fields, message: str) -> None:
    assert said(pod_of(**fields)) == [f"spec.containers[0].{message}"]


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({"requests": {"cpu": "-1"}}, 'requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'),
        (
            {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}},
            'requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
        ),
        (
            {"limits": {"storage": "1Gi"}},
            'limits[storage]: Invalid value: "storage": must be a standard resource for containers',
        ),
        (
            {"limits": {"nvidia.com/gpu": "1500m"}},
            'limits[nvidia.com/gpu]: Invalid value: "1500m": must be an integer',
        ),
        (
            {"requests": {"nvidia.com/gpu": 1}, "limits": {"nvidia.com/gpu": 2}},
            'requests: Invalid value: "1": must be equal to nvidia.com/gpu limit of 2',
        ),
        (
            {"limits": {"hugepages-2Mi": "3Mi", "cpu": 1}},
            'limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
        ),
        ({"limits": {"hugepages-2Mi": "4Mi"}}, "Forbidden: HugePages require cpu or memory"),
    ],
)  # fmt: skip
def test_resources(resources: Fields, message: str) -> None:
    found = said(pod_of(resources=resources))
    dot = ": " if message.startswith("Forbidden") else "."
    assert f"spec.containers[0].resources{dot}{message}" in found


@pytest.mark.parametrize("value", ["100m", "0.5Gi", "1e9", 1, 0.1, "0.1m", " 1 ", None])
def test_quantities_that_are_fine(value: Any) -> None:
    assert said(pod_of(resources={"requests": {"memory": value}})) == []


def test_names_of_containers_are_unique_over_all_kinds() -> None:
    twice = pod(containers=[container(), container()], initContainers=[container(name="i"), container()])
    assert paths(twice) == ["spec.containers[1].name", "spec.initContainers[1].name"]


def test_an_environment_variable_may_come_twice() -> None:
    assert said(pod_of(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])) == []


@pytest.mark.parametrize(("version", "found"), [((1, 31), 1), ((1, 32), 0)])
def test_names_of_variables_were_relaxed_in_1_32(version: Version, found: int) -> None:
    assert len(said(pod_of(env=[{"name": "1 strange:name", "value": "x"}]), version)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ({"fieldRef": {"fieldPath": "metadata.name"}}, []),
        ({"fieldRef": {"fieldPath": "metadata.labels['app']"}}, []),
        ({"fieldRef": {"fieldPath": "metadata.labels"}}, ["fieldRef.fieldPath"]),
        ({"fieldRef": {"fieldPath": "spec.replicas"}}, ["fieldRef.fieldPath"]),
        ({"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}, []),
        ({"resourceFieldRef": {"resource": "limits.cpu", "divisor": "2"}}, ["resourceFieldRef.divisor"]),
        ({"resourceFieldRef": {"resource": "cpu"}}, ["resourceFieldRef.resource"]),
        ({"secretKeyRef": {"name": "s", "key": "k"}}, []),
        ({"secretKeyRef": {"name": "s"}}, ["secretKeyRef.key"]),
        ({"configMapKeyRef": {"name": "A", "key": "a b"}}, ["configMapKeyRef.name", "configMapKeyRef.key"]),
    ],
)
def test_where_a_variable_gets_its_value(source: Fields, found: list[str]) -> None:
    prefix = "spec.containers[0].env[0].valueFrom."
    assert paths(pod_of(env=[{"name": "A", "valueFrom": source}])) == [prefix + path for path in found]


@pytest.mark.parametrize(
    ("probe", "found"),
    [
        ({"httpGet": {"port": 80}}, []),
        ({"httpGet": {"port": "http"}}, []),
        ({"httpGet": {"port": 0}}, ["httpGet.port"]),
        ({"httpGet": {"port": 80, "scheme": "http"}}, ["httpGet.scheme"]),
        ({"exec": {}}, ["exec.command"]),
        ({"grpc": {"port": 70000}}, ["grpc.port"]),
        ({"tcpSocket": {"port": 80}, "exec": {"command": ["x"]}}, ["tcpSocket"]),
        ({}, [""]),
        ({"tcpSocket": {"port": 80}, "periodSeconds": -1}, ["periodSeconds"]),
        ({"tcpSocket": {"port": 80}, "successThreshold": 2}, ["successThreshold"]),
        ({"tcpSocket": {"port": 80}, "terminationGracePeriodSeconds": 0}, ["terminationGracePeriodSeconds"]),
    ],
)
def test_probes(probe: Fields, found: list[str]) -> None:
    prefix = "spec.containers[0].livenessProbe"
    assert paths(pod_of(livenessProbe=probe)) == [f"{prefix}.{path}".rstrip(".") for path in found]


def test_a_readiness_probe_may_ask_for_two_successes_but_not_for_grace() -> None:
    probe = {"tcpSocket": {"port": 80}, "successThreshold": 2, "terminationGracePeriodSeconds": 5}
    assert paths(pod_of(readinessProbe=probe)) == ["spec.containers[0].readinessProbe.terminationGracePeriodSeconds"]


@pytest.mark.parametrize(
    ("seconds", "version", "found"), [(5, LATEST, 0), (31, LATEST, 1), (0, LATEST, 0), (0, (1, 32), 1)]
)
def test_a_sleeping_hook_ends_within_the_grace_period(seconds: int, version: Version, found: int) -> None:
    assert len(said(pod_of(lifecycle={"preStop": {"sleep": {"seconds": seconds}}}), version)) == found


def test_an_init_container_has_no_probes_unless_it_is_a_sidecar() -> None:
    probe = {"tcpSocket": {"port": 80}}
    plain = pod(initContainers=[container(name="i", readinessProbe=probe)])
    sidecar = pod(initContainers=[container(name="i", readinessProbe=probe, restartPolicy="Always")])
    assert paths(plain) == ["spec.initContainers[0].readinessProbe"]
    assert said(sidecar) == []


def test_a_containers_own_restart_policy_came_in_1_35() -> None:
    assert paths(pod_of(restartPolicy="Never"), (1, 33)) == ["spec.containers[0].restartPolicy"]
    assert said(pod_of(restartPolicy="never"), (1, 34)) == []  # there, but dropped
    assert said(pod_of(restartPolicy="Never"), (1, 35)) == []
    assert paths(pod_of(restartPolicy="never"), (1, 35)) == ["spec.containers[0].restartPolicy"]


EXIT = {"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}


@pytest.mark.parametrize(
    ("fields", "version", "found"),
    [
        ({"restartPolicy": "Never", "restartPolicyRules": [EXIT]}, (1, 35), []),
        ({"restartPolicyRules": [EXIT]}, (1, 35), ["restartPolicy"]),
        ({"restartPolicy": "Never", "restartPolicyRules": [EXIT] * 21}, (1, 35), ["restartPolicyRules"]),
        ({"restartPolicy": "Never", "restartPolicyRules": [{"action": "Restart"}]}, (1, 35),
         ["restartPolicyRules[0].exitCodes"]),
        ({"restartPolicy": "Never", "restartPolicyRules": [{**EXIT, "action": "RestartAllContainers"}]}, (1, 35),
         ["restartPolicyRules[0].action"]),
        ({"restartPolicy": "Never", "restartPolicyRules": [{**EXIT, "action": "RestartAllContainers"}]}, (1, 36), []),
        ({"restartPolicy": "Never", "restartPolicyRules": [{**EXIT, "exitCodes": {"operator": "Is"}}]}, (1, 36),
         ["restartPolicyRules[0].exitCodes.operator"]),
    ],
)  # fmt: skip
def test_rules_for_restarting(fields: Fields, version: Version, found: list[str]) -> None:
    assert paths(pod_of(**fields), version) == [f"spec.containers[0].{path}" for path in found]


@pytest.mark.parametrize(
    ("spec", "version", "found"),
    [
        ({"hostnameOverride": "Web"}, (1, 34), []),
        ({"hostnameOverride": "Web"}, (1, 35), ["hostnameOverride"]),
        ({"hostnameOverride": "web", "hostNetwork": True}, (1, 36), ["hostnameOverride"]),
        ({"hostnameOverride": "web", "setHostnameAsFQDN": True}, (1, 36), ["hostnameOverride"]),
        ({"hostnameOverride": "w" * 65}, (1, 36), ["hostnameOverride"]),
        ({"serviceAccount": "Web"}, (1, 36), ["serviceAccountName"]),
        ({"hostUsers": False, "containers": [container(volumeDevices=[{"name": "v", "devicePath": "/d"}])],
          "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]}, (1, 36),
         ["containers[0].volumeDevices"]),
        ({"tolerations": [{"key": "a", "operator": "Gt", "value": "1"}]}, (1, 36), ["tolerations[0].operator"]),
    ],
)  # fmt: skip
def test_names_and_namespaces_of_a_pod(spec: Fields, version: Version, found: list[str]) -> None:
    assert paths(pod(**spec), version) == [f"spec.{path}" for path in found]


@pytest.mark.parametrize(
    ("volume", "reference", "found"),
    [
        ({"emptyDir": {}}, {}, []),
        ({"hostPath": {"path": "/p"}}, {}, ["volumeName"]),
        ({"emptyDir": {}}, {"volumeName": "w"}, ["volumeName"]),
        ({"emptyDir": {}}, {"key": "A=B"}, ["key"]),
        ({"emptyDir": {}}, {"path": "../p"}, ["path"]),
        ({"emptyDir": {}}, {"path": ""}, ["path"]),
    ],
)
def test_variables_from_files(volume: Fields, reference: Fields, found: list[str]) -> None:
    source = {"fileKeyRef": {"volumeName": "v", "path": "p", "key": "A", **reference}}
    of_pod = {"containers": [container(env=[{"name": "A", "valueFrom": source}])], "volumes": [{"name": "v", **volume}]}
    where = "spec.containers[0].env[0].valueFrom.fileKeyRef"
    assert paths(pod(**of_pod), (1, 36)) == [f"{where}.{path}" for path in found]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"containers": []}, "containers: Required value"),
        (
            {"restartPolicy": "never"},
            'restartPolicy: Unsupported value: "never": supported values: "Always", "OnFailure", "Never"',
        ),
        ({"dnsPolicy": "None"}, "dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"),
        (
            {"dnsConfig": {"nameservers": ["one"]}},
            'dnsConfig.nameservers[0]: Invalid value: "one": must be a valid IP address, (e.g. 10.9.8.7 or '
            '2001:db8::ffff)',
        ),
        (
            {"activeDeadlineSeconds": 0},
            "activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
        ),
        (
            {"hostAliases": [{"ip": "999.1.1.1"}]},
            'hostAliases[0].ip: Invalid value: "999.1.1.1": must be a valid IP address, (e.g. 10.9.8.7 or '
            '2001:db8::ffff)',
        ),
        (
            {"nodeName": "n", "schedulingGates": [{"name": "a"}]},
            "nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
        ),
        ({"schedulingGates": [{"name": "a"}, {"name": "a"}]}, 'schedulingGates[1]: Duplicate value: "a"'),
        (
            {"shareProcessNamespace": True, "hostPID": True},
            "securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID "
            "cannot both be enabled",
        ),
        ({"hostUsers": False, "hostPID": True}, "HostPID: Forbidden: when `hostUsers` is false"),
        (
            {"preemptionPolicy": "Always"},
            'preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"',
        ),
        (
            {"securityContext": {"sysctls": [{"name": "a b", "value": "1"}]}},
            'securityContext.sysctls[0].name: Invalid value: "a b": must have at most 253 characters and match '
            'regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        ),
        (
            {"securityContext": {"seccompProfile": {"type": "Localhost"}}},
            "securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is "
            "Localhost",
        ),
        ({"os": {"name": "plan9"}}, 'os: Unsupported value: "plan9": supported values: "linux", "windows"'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_pod(spec: Fields, message: str) -> None:
    assert said(pod(**spec)) == [f"spec.{message}"]


@pytest.mark.parametrize(
    ("toleration", "found"),
    [
        ({"operator": "Exists"}, []),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, []),
        ({"key": "a", "operator": "Exists", "value": "b"}, ["operator"]),
        ({"operator": "Equal"}, ["operator"]),
        ({"key": "a", "operator": "equal"}, ["operator"]),
        ({"key": "a", "effect": "NoRun"}, ["effect"]),
        ({"key": "a", "tolerationSeconds": 5}, ["effect"]),
        ({"key": "a b"}, ["key"]),
    ],
)
def test_tolerations(toleration: Fields, found: list[str]) -> None:
    assert paths(pod(tolerations=[toleration])) == [f"spec.tolerations[0].{field}" for field in found]


@pytest.mark.parametrize(
    ("constraint", "found"),
    [
        ({}, []),
        ({"maxSkew": 0}, ["maxSkew"]),
        ({"topologyKey": ""}, ["topologyKey"]),
        ({"whenUnsatisfiable": "Never"}, ["whenUnsatisfiable"]),
        ({"minDomains": 2, "whenUnsatisfiable": "ScheduleAnyway"}, ["minDomains"]),
        ({"nodeTaintsPolicy": "honor"}, ["nodeTaintsPolicy"]),
        ({"matchLabelKeys": ["app"]}, ["matchLabelKeys[0]"]),
    ],
)
def test_topology_spread(constraint: Fields, found: list[str]) -> None:
    sound = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
             "labelSelector": {"matchLabels": {"app": "a"}}}  # fmt: skip
    prefix = "spec.topologySpreadConstraints[0]."
    assert paths(pod(topologySpreadConstraints=[{**sound, **constraint}])) == [prefix + path for path in found]


REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
NO_VALUES = {"matchExpressions": [{"key": "a", "operator": "In"}]}
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


@pytest.mark.parametrize(
    ("affinity", "found"),
    [
        ({"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": []}}}, [f"nodeAffinity.{REQUIRED}.nodeSelectorTerms"]),
        (
            {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [NO_VALUES]}}},
            [f"nodeAffinity.{REQUIRED}.nodeSelectorTerms[0].matchExpressions[0].values"],
        ),
        (
            {"nodeAffinity": {PREFERRED: [{"weight": 101, "preference": {}}]}},
            [f"nodeAffinity.{PREFERRED}[0].weight"],
        ),
        ({"podAntiAffinity": {REQUIRED: [{"labelSelector": {}}]}}, [f"podAntiAffinity.{REQUIRED}[0].topologyKey"] * 3),
        (
            {"podAffinity": {PREFERRED: [{"weight": 1, "podAffinityTerm": {"topologyKey": "z", "namespaces": ["A"]}}]}},
            [f"podAffinity.{PREFERRED}[0].podAffinityTerm.namespace"],
        ),
    ],
)  # fmt: skip
def test_affinity(affinity: Fields, found: list[str]) -> None:
    assert paths(pod(affinity=affinity)) == [f"spec.affinity.{path}" for path in found]


def test_host_ports_are_taken_once() -> None:
    ports = [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]
    assert said(pod_of(ports=ports)) == ['spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"']


def test_in_the_host_network_host_ports_are_the_containers() -> None:
    ports = [{"containerPort": 80, "hostPort": 8080}]
    assert paths(pod(hostNetwork=True, containers=[container(ports=ports)])) == ["spec.containers[0].ports[0].hostPort"]


def test_host_process_containers_come_alone_and_in_the_host_network() -> None:
    windows = {"windowsOptions": {"hostProcess": True}}
    mixed = pod(containers=[container(securityContext=windows), container(name="d")])
    assert said(mixed) == [
        'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess '
        "containers",
        "spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers",
    ]


def test_ephemeral_containers_come_later() -> None:
    added = pod(ephemeralContainers=[{"name": "debug", "image": "i:1"}])
    assert said(added) == ["spec.ephemeralContainers: Forbidden: cannot be set on create"]


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ({"limits": {"cpu": "2"}}, []),
        ({"requests": {"cpu": "100m"}, "limits": {"cpu": "2"}}, ["spec.resources.requests[cpu]"]),
        ({"limits": {"nvidia.com/gpu": 1}}, ["spec.resources.limits[nvidia.com/gpu]"]),
    ],
)
def test_pod_level_resources(resources: Fields, found: list[str]) -> None:
    asked = container(resources={"requests": {"cpu": "500m"}})
    assert paths(pod(containers=[asked], resources=resources))[:1] == found


def test_a_pod_template_is_a_pod_spec_too() -> None:
    broken = template(containers=[container(image="")])
    assert paths(obj("v1", "PodTemplate", template=broken)) == ["template.spec.containers[0].image"]

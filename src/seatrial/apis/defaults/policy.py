"""Defaults of rights, priorities, storage, admission and extensions (pkg/apis/*/v1/defaults.go, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.defaults.filling import Fields, created, each, filled, within

RBAC = "rbac.authorization.k8s.io"
WEBHOOK = {"failurePolicy": "Fail", "matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {},
           "timeoutSeconds": 10}  # fmt: skip


def role_binding(obj: Fields) -> Fields:
    """A RoleBinding or ClusterRoleBinding."""
    return each(created(obj, "roleRef", _role_ref), "subjects", _subject)


def _role_ref(reference: Fields) -> Fields:
    return filled(reference, {"apiGroup": RBAC})


def _subject(subject: Fields) -> Fields:
    return filled(subject, {"apiGroup": RBAC}) if subject.get("kind") in ("User", "Group") else subject


def priority_class(obj: Fields) -> Fields:
    """A PriorityClass."""
    return filled(obj, {"preemptionPolicy": "PreemptLowerPriority"})


def storage_class(obj: Fields) -> Fields:
    """A StorageClass."""
    return filled(obj, {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"})


def csi_driver(obj: Fields) -> Fields:
    """A CSIDriver."""
    return created(obj, "spec", _csi_driver_spec)


def _csi_driver_spec(spec: Fields) -> Fields:
    spec = filled(
        spec,
        {
            "attachRequired": True, "podInfoOnMount": False, "storageCapacity": False, "requiresRepublish": False,
            "fsGroupPolicy": "ReadWriteOnceWithFSType", "seLinuxMount": False,
        },
    )  # fmt: skip
    return spec if spec.get("volumeLifecycleModes") else {**spec, "volumeLifecycleModes": ["Persistent"]}


def mutating_webhooks(obj: Fields) -> Fields:
    """A MutatingWebhookConfiguration."""
    return each(obj, "webhooks", _mutating_webhook)


def validating_webhooks(obj: Fields) -> Fields:
    """A ValidatingWebhookConfiguration."""
    return each(obj, "webhooks", _webhook)


def _mutating_webhook(webhook: Fields) -> Fields:
    return filled(_webhook(webhook), {"reinvocationPolicy": "Never"})


def _webhook(webhook: Fields) -> Fields:
    webhook = filled(webhook, WEBHOOK)
    webhook = within(webhook, "clientConfig", _client_config)
    return each(webhook, "rules", _admission_rule)


def _client_config(config: Fields) -> Fields:
    return within(config, "service", _https)


def _https(service: Fields) -> Fields:
    return filled(service, {"port": 443})


def _admission_rule(rule: Fields) -> Fields:
    return filled(rule, {"scope": "*"})


def admission_policy(obj: Fields) -> Fields:
    """A ValidatingAdmissionPolicy or MutatingAdmissionPolicy."""
    return created(obj, "spec", _admission_policy_spec)


def _admission_policy_spec(spec: Fields) -> Fields:
    return within(filled(spec, {"failurePolicy": "Fail"}), "matchConstraints", _match_resources)


def admission_policy_binding(obj: Fields) -> Fields:
    """A ValidatingAdmissionPolicyBinding or MutatingAdmissionPolicyBinding."""
    return within(obj, "spec", _binding_spec)


def _binding_spec(spec: Fields) -> Fields:
    return within(spec, "matchResources", _match_resources)


def _match_resources(match: Fields) -> Fields:
    match = filled(match, {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}})
    return each(each(match, "resourceRules", _admission_rule), "excludeResourceRules", _admission_rule)


def custom_resource_definition(obj: Fields) -> Fields:
    """A CustomResourceDefinition."""
    return created(obj, "spec", _definition_spec)


def _definition_spec(spec: Fields) -> Fields:
    return created(within(spec, "names", _names), "conversion", _conversion)


def _names(names: Fields) -> Fields:
    kind = names.get("kind") or ""
    return filled(names, {"singular": kind.lower(), "listKind": f"{kind}List"}) if kind else names


def _conversion(conversion: Fields) -> Fields:
    return within(filled(conversion, {"strategy": "None"}), "webhook", _conversion_webhook)


def _conversion_webhook(webhook: Fields) -> Fields:
    return within(webhook, "clientConfig", _client_config)


def api_service(obj: Fields) -> Fields:
    """An APIService."""
    return within(obj, "spec", _client_config)

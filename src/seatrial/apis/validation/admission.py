"""Admission webhooks and policies (pkg/apis/admissionregistration/validation, Kubernetes 1.36); CEL is not compiled."""

from __future__ import annotations

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import label_selector, object_meta
from seatrial.apis.validation.reading import Fields, struct, structs, text, texts
from seatrial.apis.violations import Errors

SCOPES, OPERATIONS = ("*", "Cluster", "Namespaced"), ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
FAILURE_POLICIES, MATCH_POLICIES = ("Fail", "Ignore"), ("Equivalent", "Exact")
REINVOCATION_POLICIES, SIDE_EFFECTS = ("IfNeeded", "Never"), ("None", "NoneOnDryRun")
REVIEW_VERSIONS = ("v1", "v1beta1")
VALIDATION_ACTIONS = ("Audit", "Deny", "Warn")
MAX_CONDITIONS = 64


def mutating_webhooks(obj: Fields, errors: Errors) -> None:
    """ValidateMutatingWebhookConfiguration."""
    _webhooks(obj, errors)
    for index, hook in enumerate(structs(obj, "webhooks")):
        policy = hook.get("reinvocationPolicy")
        if policy is not None and policy not in REINVOCATION_POLICIES:
            errors.not_supported(f"webhooks[{index}].reinvocationPolicy", policy, REINVOCATION_POLICIES)


def validating_webhooks(obj: Fields, errors: Errors) -> None:
    """ValidateValidatingWebhookConfiguration."""
    _webhooks(obj, errors)


def _webhooks(obj: Fields, errors: Errors) -> None:
    object_meta(obj, errors, namespaced=False, core=False)
    names: set[str] = set()
    for index, hook in enumerate(structs(obj, "webhooks")):
        path, name = f"webhooks[{index}]", text(hook, "name")
        _webhook(hook, name, path, errors)
        _review_versions(texts(hook, "admissionReviewVersions"), f"{path}.admissionReviewVersions", errors)
        if name and name in names:
            errors.duplicate(f"{path}.name", name)
        names.add(name)


def _webhook(hook: Fields, name: str, path: str, errors: Errors) -> None:
    if not name:
        errors.required(f"{path}.name")
    errors.invalids(f"{path}.name", name, formats.fully_qualified(name))
    for index, rule in enumerate(structs(hook, "rules")):
        _rule(rule, f"{path}.rules[{index}]", errors)
    for field, choices in (("failurePolicy", FAILURE_POLICIES), ("matchPolicy", MATCH_POLICIES)):
        value = hook.get(field)
        if value is not None and value not in choices:
            errors.not_supported(f"{path}.{field}", value, choices)
    effects, timeout = hook.get("sideEffects"), hook.get("timeoutSeconds")
    if effects is None:
        errors.required(f"{path}.sideEffects", f"must specify one of {', '.join(SIDE_EFFECTS)}")
    elif effects not in SIDE_EFFECTS:
        errors.not_supported(f"{path}.sideEffects", effects, SIDE_EFFECTS)
    if timeout is not None and not 1 <= timeout <= 30:
        errors.invalid(f"{path}.timeoutSeconds", timeout, "the timeout value must be between 1 and 30 seconds")
    for field in ("namespaceSelector", "objectSelector"):
        label_selector(hook.get(field), f"{path}.{field}", errors)
    client_config(struct(hook, "clientConfig"), f"{path}.clientConfig", errors)
    _match_conditions(hook, f"{path}.matchConditions", errors)


def client_config(config: Fields, path: str, errors: Errors) -> None:
    """Where a webhook is: a URL or a Service, not both."""
    url, service = config.get("url"), config.get("service")
    if (url is None) == (service is None):
        errors.required(path, "exactly one of url or service is required")
    elif url is not None:
        _url(url, f"{path}.url", errors)
    else:
        _service(service or {}, f"{path}.service", errors)


def _url(url: str, path: str, errors: Errors) -> None:
    """`webhook.ValidateWebhookURL.`"""
    from urllib.parse import urlsplit  # 10 ms that only a webhook with a URL is worth

    form = "; desired format: https://host[/path]"
    try:
        parts = urlsplit(url)
    except ValueError as problem:
        errors.required(path, f"url must be a valid URL: {problem}{form}")
        return
    if parts.scheme != "https":
        errors.invalid(path, parts.scheme, f"'https' is the only allowed URL scheme{form}")
    if not parts.netloc:
        errors.invalid(path, parts.netloc, f"host must be specified{form}")
    if parts.username is not None:
        errors.invalid(path, parts.netloc, "user information is not permitted in the URL")
    if parts.fragment:
        errors.invalid(path, parts.fragment, "fragments are not permitted in the URL")
    if parts.query:
        errors.invalid(path, parts.query, "query parameters are not permitted in the URL")


def _service(service: Fields, path: str, errors: Errors) -> None:
    """`webhook.ValidateWebhookService.`"""
    for field in ("name", "namespace"):
        if not service.get(field):
            errors.required(f"{path}.{field}", f"service {field} is required")
    port = service.get("port")
    if port is not None and formats.port_number(port):
        errors.invalid(f"{path}.port", port, f"port is not valid: {formats.port_number(port)[0]}")
    url_path = service.get("path")
    if url_path is None or url_path == "/":
        return
    if not url_path.startswith("/"):
        errors.invalid(f"{path}.path", url_path, "must start with a '/'")
    for index, step in enumerate(url_path.strip("/").split("/") if url_path else ()):
        if not step:
            errors.invalid(f"{path}.path", url_path, f"segment[{index}] may not be empty")
        else:
            errors.invalids(f"{path}.path", url_path, formats.dns_subdomain(step))


def _review_versions(versions: list[str], path: str, errors: Errors) -> None:
    listed = ", ".join(REVIEW_VERSIONS)
    if not versions:
        errors.required(path, f"must specify one of {listed}")
        return
    for index, version in enumerate(versions):
        if version in versions[:index]:
            errors.invalid(f"{path}[{index}]", version, "duplicate version")
        else:
            errors.invalids(f"{path}[{index}]", version, formats.dns_1035_label(version))
    if not set(versions) & set(REVIEW_VERSIONS):
        errors.invalid(path, versions, f"must include at least one of {listed}")


def _rule(rule: Fields, path: str, errors: Errors) -> None:
    """`validateRuleWithOperations.`"""
    operations = texts(rule, "operations")
    if not operations:
        errors.required(f"{path}.operations")
    if len(operations) > 1 and "*" in operations:
        detail = "if '*' is present, must not specify other operations"
        errors.invalid(f"{path}.operations", operations, detail)
    for index, operation in enumerate(operations):
        if operation not in OPERATIONS:
            errors.not_supported(f"{path}.operations[{index}]", operation, OPERATIONS)
    for field, what in (("apiGroups", "API groups"), ("apiVersions", "API versions")):
        values = texts(rule, field)
        if not values:
            errors.required(f"{path}.{field}")
        if len(values) > 1 and "*" in values:
            errors.invalid(f"{path}.{field}", values, f"if '*' is present, must not specify other {what}")
    for index, version in enumerate(texts(rule, "apiVersions")):
        if not version:
            errors.required(f"{path}.apiVersions[{index}]")
    _resources(texts(rule, "resources"), f"{path}.resources", errors)
    scope = rule.get("scope")
    if scope is not None and scope not in SCOPES:
        errors.not_supported(f"{path}.scope", scope, SCOPES)


def _resources(resources: list[str], path: str, errors: Errors) -> None:
    """`validateResources`: wildcards must not stand beside what they cover."""
    if not resources:
        errors.required(path)
    of_resource: set[str] = set()
    of_subresource: set[str] = set()
    for index, resource in enumerate(resources):
        if not resource:
            errors.required(f"{path}[{index}]")
        base, slash, below = resource.partition("/")
        if not slash:
            continue
        if base in of_resource:
            errors.invalid(f"{path}[{index}]", resource, f"if '{base}/*' is present, must not specify {resource}")
        if below in of_subresource:
            errors.invalid(f"{path}[{index}]", resource, f"if '*/{below}' is present, must not specify {resource}")
        if below == "*":
            of_resource.add(base)
        if base == "*":
            of_subresource.add(below)
    if len(resources) > 1 and "*/*" in resources:
        errors.invalid(path, resources, "if '*/*' is present, must not specify other resources")
    if "*" in resources and any(r and r != "*" and "/" not in r for r in resources):
        detail = "if '*' is present, must not specify other resources without subresources"
        errors.invalid(path, resources, detail)


def _match_conditions(holder: Fields, path: str, errors: Errors) -> None:
    conditions = structs(holder, "matchConditions")
    if len(conditions) > MAX_CONDITIONS:
        errors.too_many(path, len(conditions), MAX_CONDITIONS)
    names: set[str] = set()
    for index, condition in enumerate(conditions):
        place, name = f"{path}[{index}]", text(condition, "name")
        if not text(condition, "expression").strip():
            errors.required(f"{place}.expression")
        if not name:
            errors.required(f"{place}.name")
            continue
        errors.invalids(f"{place}.name", name, formats.qualified_name(name))
        if name in names:
            errors.duplicate(f"{place}.name", name)
        names.add(name)


def validating_policy(obj: Fields, errors: Errors) -> None:
    """ValidateValidatingAdmissionPolicy, short of compiling its CEL expressions."""
    object_meta(obj, errors, namespaced=False, core=False)
    spec = struct(obj, "spec")
    _policy(spec, errors)
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        detail = "validations or auditAnnotations must be specified"
        errors.required("spec.validations", f"{detail}; they cannot be both empty")
    for index, validation in enumerate(structs(spec, "validations")):
        if not text(validation, "expression").strip():
            errors.required(f"spec.validations[{index}].expression", "expression is not specified")


def mutating_policy(obj: Fields, errors: Errors) -> None:
    """ValidateMutatingAdmissionPolicy, short of compiling its CEL expressions."""
    object_meta(obj, errors, namespaced=False, core=False)
    spec = struct(obj, "spec")
    _policy(spec, errors)
    if not spec.get("mutations"):
        errors.required("spec.mutations", "mutations must contain at least one item")


def _policy(spec: Fields, errors: Errors) -> None:
    policy, constraints, kind = spec.get("failurePolicy"), spec.get("matchConstraints"), spec.get("paramKind")
    if policy is not None and policy not in FAILURE_POLICIES:
        errors.not_supported("spec.failurePolicy", policy, FAILURE_POLICIES)
    if kind is not None:
        for field in ("apiVersion", "kind"):
            if not kind.get(field):
                errors.required(f"spec.paramKind.{field}")
    if constraints is None:
        errors.required("spec.matchConstraints")
    else:
        _match_resources(constraints, "spec.matchConstraints", errors, needed=True)
    _match_conditions(spec, "spec.matchConditions", errors)


def _match_resources(match: Fields, path: str, errors: Errors, *, needed: bool) -> None:
    policy = match.get("matchPolicy")
    if policy is not None and policy not in MATCH_POLICIES:
        errors.not_supported(f"{path}.matchPolicy", policy, MATCH_POLICIES)
    for field in ("namespaceSelector", "objectSelector"):
        label_selector(match.get(field), f"{path}.{field}", errors)
    for field in ("resourceRules", "excludeResourceRules"):
        for index, rule in enumerate(structs(match, field)):
            _rule(rule, f"{path}.{field}[{index}]", errors)
    if needed and not match.get("resourceRules"):
        errors.required(f"{path}.resourceRules")


def policy_binding(obj: Fields, errors: Errors) -> None:
    """ValidateValidatingAdmissionPolicyBinding and its mutating sibling."""
    object_meta(obj, errors, namespaced=False, core=False)
    spec = struct(obj, "spec")
    if not spec.get("policyName"):
        errors.required("spec.policyName")
    else:
        errors.invalids("spec.policyName", spec["policyName"], formats.dns_subdomain(spec["policyName"]))
    if spec.get("matchResources") is not None:
        _match_resources(spec["matchResources"], "spec.matchResources", errors, needed=False)
    reference = spec.get("paramRef")
    if reference is not None:
        _param_ref(reference, errors)
    if obj.get("kind") == "ValidatingAdmissionPolicyBinding":
        _actions(texts(spec, "validationActions"), errors)


def _param_ref(reference: Fields, errors: Errors) -> None:
    name, selector = text(reference, "name"), reference.get("selector")
    if name and selector is not None:
        errors.forbidden("spec.paramRef.name", "name and selector are mutually exclusive")
    if not name and selector is None:
        errors.required("spec.paramRef", "one of name or selector must be specified")
    action = reference.get("parameterNotFoundAction")
    if action is None:
        errors.required("spec.paramRef.parameterNotFoundAction")
    elif action not in ("Allow", "Deny"):
        errors.not_supported("spec.paramRef.parameterNotFoundAction", action, ("Deny", "Allow"))


def _actions(actions: list[str], errors: Errors) -> None:
    path = "spec.validationActions"
    if not actions:
        errors.required(path)
    for index, action in enumerate(actions):
        if action not in VALIDATION_ACTIONS:
            errors.not_supported(f"{path}[{index}]", action, VALIDATION_ACTIONS)
        if action in actions[:index]:
            errors.duplicate(f"{path}[{index}]", action)
    if "Deny" in actions and "Warn" in actions:
        detail = "must not contain both Deny and Warn (repeating the same validation failure information)"
        errors.invalid(path, actions, detail)

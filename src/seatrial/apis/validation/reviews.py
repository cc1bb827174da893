"""What is asked of the API server and not kept, and certificates (pkg/apis/authorization, certificates; 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats
from seatrial.apis.validation.formats import Messages
from seatrial.apis.validation.metadata import NameRule, object_meta
from seatrial.apis.validation.reading import Fields, struct, text
from seatrial.apis.violations import Errors

SHORTEST = 600
"""Seconds that a certificate must be asked for at least."""


def _any_name(_: str) -> Messages:
    return ()


def unnamed(obj: Fields, errors: Errors) -> None:
    """A request, not a thing: it needs no name."""


def access_review(obj: Fields, errors: Errors) -> None:
    """ValidateSubjectAccessReviewSpec."""
    spec = struct(obj, "spec")
    _attributes(spec, errors)
    if not text(spec, "user") and not spec.get("groups"):
        errors.invalid("spec.user", "", "at least one of user or group must be specified")


def self_access_review(obj: Fields, errors: Errors) -> None:
    """ValidateSelfSubjectAccessReviewSpec."""
    _attributes(struct(obj, "spec"), errors)


def _attributes(spec: Fields, errors: Errors) -> None:
    of_resource, of_url = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if of_resource is not None and of_url is not None:
        detail = "cannot be specified in combination with resourceAttributes"
        errors.invalid("spec.nonResourceAttributes", of_url, detail)
    if of_resource is None and of_url is None:
        detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        errors.invalid("spec.resourceAttributes", of_resource, detail)


def signing_request(obj: Fields, errors: Errors) -> None:
    """ValidateCertificateSigningRequestCreate, without a look into the request itself."""
    object_meta(obj, errors, _any_name, namespaced=False)
    spec = struct(obj, "spec")
    if not spec.get("request"):
        errors.invalid("spec.request", "", "PEM block type must be CERTIFICATE REQUEST")
    if not spec.get("usages"):
        errors.required("spec.usages")
    if not text(spec, "signerName"):
        errors.required("spec.signerName")
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < SHORTEST:
        errors.invalid("spec.expirationSeconds", seconds, f"may not specify a duration less than {SHORTEST} seconds")


def _bundle_name(signer: str) -> NameRule:
    prefix = signer.replace("/", ":") + ":"

    def rule(name: str) -> Messages:
        if signer and not name.startswith(prefix):
            return (f"ClusterTrustBundle for signerName {signer} must be named with prefix {prefix}",)
        if not signer and ":" in name:
            return ('ClusterTrustBundle without signer name must not have ":" in its name',)
        return formats.dns_subdomain(name.removeprefix(prefix) if signer else name)

    return rule


def trust_bundle(obj: Fields, errors: Errors) -> None:
    """ValidateClusterTrustBundle, without a look into the certificates: names may carry the signer's, with colons."""
    spec = struct(obj, "spec")
    object_meta(obj, errors, _bundle_name(text(spec, "signerName")), namespaced=False)
    if not text(spec, "trustBundle"):
        errors.required("spec.trustBundle")

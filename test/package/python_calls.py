"""Calls that only Python programs make: enumerations as keys, str() of values, and problems of a caught error."""

import cdk8s

from secure_oke import (
    AdmissionGuardrails,
    ContainerImage,
    Endpoint,
    GuardrailMode,
    GuardrailRule,
    HardenedDeployment,
    LoadBalancerAccess,
    Port,
    ValidationErrors,
)


IMAGE = "fra.ocir.io/acme/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def chart() -> cdk8s.Chart:
    return cdk8s.Chart(cdk8s.Testing.app(), "shop", namespace="shop")


def modes_by_member() -> None:
    warn = GuardrailMode.warn(reason="Old images have no digest until the next release")
    platform = chart()
    AdmissionGuardrails(platform, "guardrails", modes={GuardrailRule.IMAGE_DIGEST.name: warn})
    actions = {
        binding["metadata"]["name"]: binding["spec"]["validationActions"]
        for binding in cdk8s.Testing.synth(platform)
        if binding["kind"] == "ValidatingAdmissionPolicyBinding"
    }
    assert actions["secure-oke-image-digest"] == ["Audit", "Warn"], actions
    assert actions["secure-oke-non-root"] == ["Deny"], actions


def values_as_texts() -> None:
    assert str(Port.tcp(443)) == "tcp-443", str(Port.tcp(443))
    assert str(Endpoint.internet()) == "the internet", str(Endpoint.internet())


def optional_reasons() -> None:
    assert LoadBalancerAccess.internal_from(["10.0.0.0/8"]).reason is None
    assert LoadBalancerAccess.internal_from(["192.0.2.0/24"], reason="Ours").reason == "Ours"


def problems_of_errors() -> None:
    try:
        HardenedDeployment(chart(), "Web", image=ContainerImage.of(IMAGE), replicas=1)
    except Exception as error:
        problems = ValidationErrors.problems_of(str(error))
        assert [problem.code for problem in problems] == ["REPLICAS_INVALID", "NAME_INVALID"], str(error)
        assert problems[0].path == "shop/Web", problems[0].path
        assert problems[0].what == "replicas is 1", problems[0].what
        assert problems[0].fix == "Give a whole number, at least 2, for example 3", problems[0].fix
    else:
        raise AssertionError("No error was raised")


for check in (modes_by_member, values_as_texts, optional_reasons, problems_of_errors):
    check()
    print(f"{check.__name__}: passed")

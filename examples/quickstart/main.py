"""The quickstart in Python: it synthesizes what main.ts does, byte for byte."""

import cdk8s
from cdktf import App, TerraformStack

from secure_oke import (
    AlarmRouting,
    ContainerImage,
    HardenedDeployment,
    KubernetesVersion,
    LoadBalancerAccess,
    NetworkPolicyEngine,
    NodeImage,
    NodeShape,
    PrivateNodePool,
    SecureNamespace,
    SecureOkeCluster,
    Subscriber,
    TlsTermination,
)
from secure_oke.oci.provider import OciProvider

app = App()
stack = TerraformStack(app, "shop")
OciProvider(stack, "oci", region="eu-frankfurt-1")

cluster = SecureOkeCluster(
    stack,
    "cluster",
    compartment_id="ocid1.compartment.oc1..example",
    kubernetes_version=KubernetesVersion.V1_35,
    alarms=AlarmRouting.to_subscribers([Subscriber.email("oncall@example.com")]),
    network_policy_engine=NetworkPolicyEngine.calico(
        image_registry="fra.ocir.io/acme/calico",
        image_pull_secrets=["ocir"],
    ),
)
PrivateNodePool(
    stack,
    "general",
    cluster=cluster,
    image=NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
    shape=NodeShape.flexible("VM.Standard.E5.Flex", ocpus=2, memory=cdk8s.Size.gibibytes(16)),
    size=3,
)

kubernetes = cdk8s.App()
shop = cdk8s.Chart(kubernetes, "shop", namespace="shop")
SecureNamespace(shop, "namespace", name="shop", image_pull_secrets=["ocir"])
web = HardenedDeployment(
    shop,
    "web",
    image=ContainerImage.of(
        "fra.ocir.io/acme/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ),
    port=8080,
)
web.expose_via_load_balancer(
    cluster=cluster,
    access=LoadBalancerAccess.internal_from(["10.0.0.0/8"]),
    tls=TlsTermination.at_load_balancer(secret_name="web-tls"),
)
cluster.add_cdk8s_chart("shop", shop)

app.synth()

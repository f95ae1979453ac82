import { App, Chart } from "cdk8s";
import { ContainerImage } from "../../lib/workload/images";
import { HardenedDeployment } from "../../lib/workload";
import { peerManifests, renderedPeers } from "../../lib/network-policy/private/network-rules";

const image = ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"a".repeat(64)}`);

test.each([undefined, "shop"])(
  "a workload is the peer that cdk8s-plus renders, in the namespace %s",
  (namespace) => {
    const chart = new Chart(new App(), "shop", { namespace });
    const workload = new HardenedDeployment(chart, "web", { image, port: 8080 });
    const [peer, ...more] = peerManifests(workload);
    expect(more).toEqual([]);
    expect(JSON.stringify([peer])).toBe(JSON.stringify(renderedPeers(workload)));
    expect(JSON.stringify(peer)).toContain('"app.kubernetes.io/name":"web"');
  },
);

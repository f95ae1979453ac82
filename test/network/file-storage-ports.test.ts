import { FileStoragePorts } from "../../lib/network/vcn/oracle-services";
import { flowsOf } from "../support/rules";
import { newStack } from "../support/stack";
import { networkIn } from "./support";

test("mount targets are reached by nodes on what Oracle documents, with a rule at each end", () => {
  const stack = newStack();
  const { workers, pods: mountTargets } = networkIn(stack);
  for (const port of FileStoragePorts.nfs()) workers.allowTo(mountTargets, port, { reason: "Shared files" });
  const ports = ["tcp 111", "tcp 2048-2050", "udp 111", "udp 2048"];
  expect(flowsOf(stack)).toEqual([
    ...ports.map((port) => `pods <- workers ${port}`),
    ...ports.map((port) => `workers -> pods ${port}`),
  ]);
});

test("volumes that are encrypted in transit need one port only", () => {
  expect(FileStoragePorts.encryptedInTransit().map(String)).toEqual(["tcp-2051"]);
});

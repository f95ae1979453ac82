import { HardeningConflict } from "./conflict";
import { entriesOf, fieldsOf, isReference, valueAt } from "./fields";
import { allContainers, type Container, type Pod } from "./pods";
import { checkArguments, checkLiteral } from "../../core/credential-literal";
import { Problems } from "../../core/validation-error";

/** Secrets in variables and arguments; their values stand in no finding. */
export function hardenEnvironment(pod: Pod): void {
  for (const container of allContainers(pod)) {
    for (const entry of entriesOf(container.fields.env)) {
      const name = String(entry.name);
      const field = `env[${name}]`;
      const secret = fieldsOf(valueAt(entry, "valueFrom", "secretKeyRef"));
      if (secret) {
        const value = `${String(secret.key)} of ${String(secret.name)}`;
        container.found(HardeningConflict.SECRET_ENV, { field, value });
      }
      const { value } = entry;
      if (typeof value !== "string" || isReference(value)) continue;
      findCredential(container, field, (problems) => checkLiteral(problems, field, name, value));
    }
    for (const entry of entriesOf(container.fields.envFrom)) {
      const secret = fieldsOf(entry.secretRef);
      if (!secret) continue;
      const name = String(secret.name);
      container.found(HardeningConflict.SECRET_ENV, { field: `envFrom[${name}]`, value: `all of ${name}` });
    }
    for (const key of ["command", "args"]) findInArguments(container, key);
  }
}

function findInArguments(container: Container, key: string): void {
  const value = container.fields[key];
  if (!Array.isArray(value)) return;
  const texts = value.map((one: unknown) => (typeof one === "string" && !isReference(one) ? one : ""));
  findCredential(container, key, (problems) => checkArguments(problems, key, texts));
}

function findCredential(container: Container, field: string, check: (problems: Problems) => void): void {
  const problems = new Problems(field);
  check(problems);
  if (problems.any) container.found(HardeningConflict.CREDENTIAL_LITERAL, { field });
}

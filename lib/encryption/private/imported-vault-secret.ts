import { Construct } from "constructs";
import { checkSecretName } from "./check-vault-secret";
import { SecretReaders } from "./secret-readers";
import { checkHomeRegionProvider } from "../../core/home-region";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkOcid } from "../../core/ocid";
import { checkRegionName } from "../../core/region-name";
import { regionOf } from "../../core/region-of-ocid";
import { checkGiven } from "../../core/required";
import { type ISecretReader } from "../secret-reader";
import { type IVaultSecret, type VaultSecretAttributes } from "../vault-secret-props";

export class ImportedVaultSecret extends Construct implements IVaultSecret {
  public readonly secretName: string;
  public readonly vaultId: string;
  public readonly compartmentId: string;
  public readonly region?: string;
  private readonly readers: SecretReaders;

  constructor(scope: Construct, id: string, attributes: VaultSecretAttributes) {
    check(scope, id, attributes);
    super(scope, id);
    this.secretName = attributes.secretName;
    this.vaultId = attributes.vaultId;
    this.compartmentId = attributes.compartmentId;
    this.region = attributes.region ?? regionOf(attributes.vaultId);
    this.readers = new SecretReaders(this, attributes.homeRegionProvider, {});
  }

  public grantRead(reader: ISecretReader): void {
    this.readers.add(reader);
  }
}

function check(scope: Construct, id: string, given: VaultSecretAttributes): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const attributes: Partial<VaultSecretAttributes> = given ?? {};
  const { secretName } = attributes;
  if (checkGiven(problems, { secretName })) checkSecretName(problems, "secretName", secretName as string);
  checkOcid(problems, "vaultId", attributes.vaultId, "vault");
  checkOcid(problems, "compartmentId", attributes.compartmentId, "compartment", "tenancy");
  if (attributes.region !== undefined) checkRegionName(problems, "region", attributes.region);
  checkHomeRegionProvider(problems, scope, attributes.homeRegionProvider);
  problems.throwIfAny();
}

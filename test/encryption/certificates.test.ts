import * as fc from "fast-check";
import { App as KubernetesApp, Chart, Duration, Testing } from "cdk8s";
import { isoDateOf } from "../../lib/core/dates";
import { CertificateIssuer, CertificateKey, TlsCertificate } from "../../lib/encryption/tls-certificate";
import { KeyProtection, KeyShape } from "../../lib/encryption/key-properties";
import { KeyVault } from "../../lib/encryption/key-vault";
import { ManagedCertificate } from "../../lib/encryption/managed-certificate";
import { PrivateCertificateAuthority } from "../../lib/encryption/private-certificate-authority";
import { VaultKey } from "../../lib/encryption/vault-key";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const KEY = "ocid1.key.oc1.eu-frankfurt-1.test";
const AUTHORITY = "ocid1.certificateauthority.oc1.eu-frankfurt-1.test";
const OTHER = "ocid1.compartment.oc1..certificates";
const issuer = CertificateIssuer.cluster("internal-ca");

const newChart = () => new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
const newVault = (stack: ReturnType<typeof newStack>) =>
  new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });

describe("a certificate in a cluster", () => {
  test("is valid for 30 days and renewed after 20, with a new key each time", () => {
    const chart = newChart();
    const certificate = new TlsCertificate(chart, "web-tls", { issuer, dnsNames: ["web.shop.svc"] });
    expect(certificate.duration.toDays()).toBe(30);
    expect(certificate.renewBefore.toDays()).toBe(10);
    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: "web-tls", namespace: "shop" },
        spec: {
          secretName: "web-tls",
          dnsNames: ["web.shop.svc"],
          issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "internal-ca" },
          duration: "720h",
          renewBefore: "240h",
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          usages: ["digital signature", "server auth"],
          revisionHistoryLimit: 1,
        },
      },
    ]);
  });

  test("accepts every prop", () => {
    const chart = newChart();
    new TlsCertificate(chart, "web", {
      issuer: CertificateIssuer.external({ group: "ca.example.com", kind: "Issuer", name: "corporate" }),
      dnsNames: ["b.example.com", "*.a.example.com"],
      ipAddresses: ["10.0.0.5"],
      secretName: "web-tls",
      duration: Duration.days(90),
      renewBefore: Duration.days(60),
      clientAuth: true,
      key: CertificateKey.RSA_4096,
    });
    expect(Testing.synth(chart)[0].spec).toMatchObject({
      secretName: "web-tls",
      dnsNames: ["*.a.example.com", "b.example.com"],
      ipAddresses: ["10.0.0.5"],
      issuerRef: { group: "ca.example.com", kind: "Issuer", name: "corporate" },
      duration: "2160h",
      renewBefore: "1440h",
      privateKey: { algorithm: "RSA", size: 4096, rotationPolicy: "Always" },
      usages: ["digital signature", "server auth", "client auth"],
    });
  });

  test("is valid for at most 90 days and renewed before a third of its lifetime is left", () => {
    const hours = fc.integer({ min: 0, max: 3000 });
    fc.assert(
      fc.property(hours, fc.option(hours), (life, before) => {
        const make = () =>
          new TlsCertificate(newChart(), "web", {
            issuer,
            dnsNames: ["web.shop.svc"],
            duration: Duration.hours(life),
            renewBefore: before === null ? undefined : Duration.hours(before),
          });
        const isLife = life >= 2 && life <= 2160;
        const isBefore = before === null || (before * 3 >= life && before < life);
        if (!isLife || !isBefore) return expect(problemCodesOf(make)).toEqual(["DURATION_INVALID"]);
        const { duration, renewBefore } = make();
        expect(duration.toHours()).toBe(life);
        expect(renewBefore.toHours() * 3).toBeGreaterThanOrEqual(life);
        expect(renewBefore.toHours()).toBeLessThan(life);
      }),
    );
  });

  test("is refused with all problems together", () => {
    const make = (props: object) => () => new TlsCertificate(newChart(), "web", props as never);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(
      problemCodesOf(
        make({
          issuer,
          dnsNames: ["Web", "*.com", "a.example.com", "a.example.com"],
          ipAddresses: ["10.0.0.0/8"],
          secretName: "Web",
          duration: Duration.minutes(90),
        }),
      ).sort(),
    ).toEqual([
      "DURATION_INVALID",
      "NAME_DUPLICATE",
      "NAME_INVALID",
      "NAME_INVALID",
      "NAME_INVALID",
      "NAME_INVALID",
    ]);
    expect(problemCodesOf(() => CertificateIssuer.cluster("A"))).toEqual(["NAME_INVALID"]);
    expect(
      problemCodesOf(() => CertificateIssuer.external({ group: "x", kind: "issuer", name: "y" })),
    ).toEqual(["NAME_INVALID"]);
  });
});

describe("a private certificate authority", () => {
  const props = { compartmentId: COMPARTMENT, commonName: "Shop root", validUntil: "2036-11-30" };

  test("is a root with an RSA key in a hardware security module, which it may use before it is created", () => {
    const stack = newStack();
    new PrivateCertificateAuthority(stack, "root", { ...props, vault: newVault(stack) });
    expect(onlyResource(stack, "oci_kms_key")).toMatchObject({
      key_shape: { algorithm: "RSA", length: 512 },
      protection_mode: "HSM",
    });
    const authority = onlyResource(stack, "oci_certificates_management_certificate_authority");
    expect(authority).toMatchObject({
      certificate_authority_config: {
        config_type: "ROOT_CA_GENERATED_INTERNALLY",
        signing_algorithm: "SHA384_WITH_RSA",
        subject: { common_name: "Shop root" },
        // A fraction of a second that is not zero, or OCI refuses the time.
        validity: { time_of_validity_not_after: "2036-11-30T23:59:59.999Z" },
      },
      certificate_authority_rules: [
        {
          rule_type: "CERTIFICATE_AUTHORITY_ISSUANCE_EXPIRY_RULE",
          leaf_certificate_max_validity_duration: "P90D",
          certificate_authority_max_validity_duration: "P1825D",
        },
      ],
      lifecycle: { prevent_destroy: true },
    });
    expect(authority.depends_on).toContainEqual(expect.stringMatching(/^oci_identity_policy\.root_Policy_/));
    expect(onlyResource(stack, "oci_identity_policy").statements).toEqual([
      expect.stringMatching(
        /^Allow any-user to use keys in compartment id ocid1\.compartment\.oc1\.\.test where all \{request\.principal\.type = 'certificateauthority', request\.principal\.compartment\.id = 'ocid1\.compartment\.oc1\.\.test', target\.key\.id = '\$\{oci_kms_key\.root_Key_\w+\.id\}'\}$/,
      ),
    ]);
  });

  test("can be signed by another one, use an existing key, and be created after other resources", () => {
    const stack = newStack();
    const root = PrivateCertificateAuthority.fromPrivateCertificateAuthorityAttributes(stack, "root", {
      certificateAuthorityId: AUTHORITY,
    });
    const vault = newVault(stack);
    const key = VaultKey.fromVaultKeyAttributes(stack, "key", {
      keyId: KEY,
      compartmentId: OTHER,
      shape: KeyShape.RSA_2048,
    });
    new PrivateCertificateAuthority(stack, "sub", {
      ...props,
      organization: "Acme",
      issuer: root,
      key,
      leafValidity: Duration.days(45),
      subordinateValidity: Duration.days(365),
      createAfter: [vault],
      authorityName: "shop-sub",
    });
    const authority = onlyResource(stack, "oci_certificates_management_certificate_authority");
    expect(authority).toMatchObject({
      name: "shop-sub",
      kms_key_id: KEY,
      certificate_authority_config: {
        config_type: "SUBORDINATE_CA_ISSUED_BY_INTERNAL_CA",
        issuer_certificate_authority_id: AUTHORITY,
        subject: { common_name: "Shop root", organization: "Acme" },
      },
      certificate_authority_rules: [{ leaf_certificate_max_validity_duration: "P45D" }],
    });
    expect(authority.depends_on).toContainEqual(expect.stringMatching(/^oci_kms_vault\.vault_/));
    expect(onlyResource(stack, "oci_identity_policy").compartment_id).toBe(OTHER);
  });

  test("is refused with all problems together", () => {
    const stack = newStack();
    const make = (further: object) => () =>
      new PrivateCertificateAuthority(stack, "root", { ...props, ...further });
    const keyOf = (id: string, attributes: object) =>
      VaultKey.fromVaultKeyAttributes(stack, id, { keyId: KEY, compartmentId: COMPARTMENT, ...attributes });
    const aes = keyOf("aes", { shape: KeyShape.AES_256 });
    const ecdsa = keyOf("ecdsa", { shape: KeyShape.ECDSA_P256 });
    const software = keyOf("software", {
      shape: KeyShape.RSA_4096,
      protection: KeyProtection.software({ reason: "A test" }),
    });
    for (const [key, what] of [
      [aes, "key is an AES-256 key"],
      [ecdsa, "key is an ECDSA P-256 key"],
      [software, "key is outside of a hardware security module"],
    ] as const) {
      const [problem] = validationProblemsOf(make({ key }));
      expect(problem).toMatchObject({ code: "VALUE_INVALID", path: "stack/root" });
      expect(problem!.what.startsWith(what)).toBe(true);
    }
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({ key: keyOf("key", {}), vault: newVault(stack) }))).toEqual([
      "VALUE_INVALID",
    ]);
    const key = keyOf("another", {});
    expect(problemCodesOf(make({ key, leafValidity: Duration.days(91) }))).toEqual(["DURATION_INVALID"]);
    for (const validUntil of ["2036-02-30", "30.11.2036", "2036-11-30T00:00:00Z"]) {
      expect(problemCodesOf(make({ key, validUntil }))).toEqual(["VALUE_INVALID"]);
    }
    for (const validUntil of ["2020-01-31", isoDateOf(new Date())]) {
      expect(validationProblemsOf(make({ key, validUntil }))).toMatchObject([
        { code: "EXPIRY_INVALID", property: "validUntil" },
      ]);
    }
    expect(problemCodesOf(make({ key, commonName: "", authorityName: "a b" }))).toEqual([
      "NAME_INVALID",
      "NAME_INVALID",
    ]);
    expect(resourcesOf(stack, "oci_certificates_management_certificate_authority")).toEqual({});
  });
});

describe("a certificate of OCI Certificates", () => {
  const authorityIn = (stack: ReturnType<typeof newStack>, leafValidity?: Duration) =>
    PrivateCertificateAuthority.fromPrivateCertificateAuthorityAttributes(stack, "authority", {
      certificateAuthorityId: AUTHORITY,
      compartmentId: OTHER,
      leafValidity,
    });

  test("is renewed by OCI after two thirds of its life", () => {
    const stack = newStack();
    const certificate = new ManagedCertificate(stack, "web", {
      authority: authorityIn(stack),
      dnsNames: ["shop.example.com", "*.shop.example.com"],
    });
    expect([certificate.renewEvery.toDays(), certificate.renewAhead.toDays()]).toEqual([60, 15]);
    expect(onlyResource(stack, "oci_certificates_management_certificate")).toMatchObject({
      compartment_id: OTHER,
      certificate_config: {
        config_type: "ISSUED_BY_INTERNAL_CA",
        certificate_profile_type: "TLS_SERVER",
        issuer_certificate_authority_id: AUTHORITY,
        key_algorithm: "RSA2048",
        subject: { common_name: "*.shop.example.com" },
        subject_alternative_names: [
          { type: "DNS", value: "*.shop.example.com" },
          { type: "DNS", value: "shop.example.com" },
        ],
      },
      certificate_rules: [
        {
          rule_type: "CERTIFICATE_RENEWAL_RULE",
          renewal_interval: "P60D",
          advance_renewal_period: "P15D",
        },
      ],
    });
  });

  test("accepts every prop, and is valid for no longer than its authority allows", () => {
    const stack = newStack();
    const authority = authorityIn(stack, Duration.days(30));
    const props = { authority, dnsNames: ["shop.example.com"] };
    expect(new ManagedCertificate(stack, "one", props).renewEvery.toDays()).toBe(20);
    const make = (further: object) => () => new ManagedCertificate(stack, "two", { ...props, ...further });
    expect(problemCodesOf(make({ renewEvery: Duration.days(21) }))).toEqual(["DURATION_INVALID"]);
    expect(problemCodesOf(make({ renewEvery: Duration.days(10), renewAhead: Duration.days(10) }))).toEqual([
      "DURATION_INVALID",
    ]);
    make({
      compartmentId: COMPARTMENT,
      ipAddresses: ["10.0.0.5"],
      commonName: "Shop",
      renewEvery: Duration.days(10),
      renewAhead: Duration.days(2),
      certificateName: "shop",
    })();
    const [, two] = Object.values(resourcesOf(stack, "oci_certificates_management_certificate"));
    expect(two).toMatchObject({
      name: "shop",
      compartment_id: COMPARTMENT,
      certificate_config: { subject: { common_name: "Shop" } },
      certificate_rules: [{ renewal_interval: "P10D", advance_renewal_period: "P2D" }],
    });
  });

  test("is refused with all problems together", () => {
    const stack = newStack();
    const make = (props: object) => () => new ManagedCertificate(stack, "web", props as never);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    const authority = authorityIn(stack);
    const bad = { authority, dnsNames: ["a_b"], certificateName: "x y", renewEvery: Duration.days(61) };
    expect(problemCodesOf(make(bad))).toEqual(["NAME_INVALID", "NAME_INVALID", "DURATION_INVALID"]);
  });
});

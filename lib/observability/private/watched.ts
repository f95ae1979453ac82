/** An alarm or a search, with samples that prove that its condition works. */
export interface Watched<Sample> {
  /** Pages that confirm the names in the condition. */
  readonly sources: readonly string[];
  /** The parts of the condition that no page confirms, to check if it never fires. */
  readonly inferred?: string;
  /** A sample that must match, as OCI writes it. */
  readonly hit: Sample;
  /** A similar sample that must not match. */
  readonly nearMiss: Sample;
  /** The near miss, in a few words. */
  readonly nearMissIs: string;
}

/** A point of a metric within the interval of a query. */
export interface MetricPoint {
  readonly metric: string;
  readonly dimensions: { readonly [dimension: string]: string };
  readonly value: number;
}

/** An event of the Events service. */
export interface SampleEvent {
  readonly eventType: string;
  readonly source: string;
  readonly data: object;
}

/** A record of OCI Logging, which includes OCI Audit. */
export interface SampleRecord {
  readonly type: string;
  readonly source: string;
  readonly time: string;
  readonly data: object;
  readonly oracle: object;
}

const TIME = "2026-11-30T09:41:07.312Z";

/** An OCI Audit record, with the attributes that the service documents. */
export function auditRecord(
  service: string,
  eventName: string,
  {
    principal = "ocid1.user.oc1..alice",
    name = "alice",
    userAgent = "Oracle-PythonSDK/2.150.0 (python 3.12.4; Linux) Oracle-PythonCLI/3.60.0",
    path = "/",
    action = "POST",
    status = "200",
    message = "",
    resourceId = "",
  }: { [attribute: string]: string | undefined },
): SampleRecord {
  return {
    type: `com.oraclecloud.${service}.${eventName}`,
    source: service,
    time: TIME,
    data: {
      eventName,
      message: `${eventName} ${Number(status) < 400 ? "succeeded" : "failed"}`,
      resourceId,
      identity: { principalId: principal, principalName: name, ipAddress: "192.0.2.17", userAgent },
      request: { action, path },
      response: { status, message },
    },
    oracle: { loggroupid: "_Audit" },
  };
}

/** The name under which OCI Audit lists records of the Kubernetes API server. */
export const API_SERVER = "OKE API Server Admin Access";

/** An OCI Audit record of the Kubernetes API server. */
export function apiServerRecord(
  path: string,
  attributes: { [attribute: string]: string | undefined },
): SampleRecord {
  const record = auditRecord("oke", "KubernetesApiCall", {
    userAgent: "kubectl/v1.35.2",
    path,
    ...attributes,
  });
  return { ...record, source: API_SERVER };
}

/** A flow log record. */
export function flowRecord(data: { [field: string]: string | number }): SampleRecord {
  return {
    type: "com.oraclecloud.vcn.flowlogs.DataEvent",
    source: "-",
    time: TIME,
    data: { status: "OK", protocolName: "TCP", packets: 12, bytesOut: 840, ...data },
    oracle: { loggroupid: "ocid1.loggroup.oc1.eu-frankfurt-1.flows" },
  };
}

import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as loader from "@grpc/proto-loader";
import { fromWire, isKnown, toWire, type DynamicValue, type Values } from "./terraform-values";
import { readDataSource } from "./data-sources";
import { withComputedAttributes } from "./computed-attributes";
import { APPLY_RULES, PLAN_RULES } from "./oci-rules";
import { planned, replacedPaths } from "./planned-values";
import { type Rejection, type Rule } from "./oci-rule";
import { curatedSchema, PROVIDER, schemaMessage, type ProviderSchema, type Schema } from "./provider-schema";
import { addTagDefaults, withoutIgnored } from "./tag-defaults";
import { Account } from "./account";

/** A request of the plugin protocol, with the fields that the handlers read. */
interface Request {
  readonly type_name: string;
  readonly id?: string;
  readonly config?: DynamicValue;
  readonly current_state?: DynamicValue;
  readonly planned_state?: DynamicValue;
  readonly prior_state?: DynamicValue;
  readonly proposed_new_state?: DynamicValue;
  readonly raw_state?: { readonly json: Uint8Array };
}

/** @param client the connection; each provider configuration of Terraform has its own */
type Handler = (request: Request, client: string) => object;

const PROTO = path.join(__dirname, "tfplugin5.proto");
const ERROR = 1;
const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/**
 * A stand-in for the OCI provider that runs in the process of the test.
 *
 * It plans and applies with the schema of the real provider, computes the attributes that OCI would compute
 * (computed-attributes.ts), stores the applied resources and rejects invalid ones as OCI does (oci-rules.ts).
 */
export class ProviderDouble {
  /** The resources in the account. */
  public readonly account = new Account();
  /** The tag defaults of the tenancy: defined tags of each new resource, by name. */
  public tagDefaults: { readonly [name: string]: string } = {
    "Oracle-Tags.CreatedBy": "default/platform",
    "Oracle-Tags.CreatedOn": "2030-01-01T00:00:00.000Z",
  };
  private readonly ignored = new Map<string, readonly string[]>();
  private readonly schema: ProviderSchema;
  private readonly server = new grpc.Server(UNLIMITED);

  private constructor() {
    this.schema = curatedSchema();
  }

  public static async start(): Promise<ProviderDouble> {
    const double = new ProviderDouble();
    await double.listen();
    return double;
  }

  private port = 0;

  /** The value of TF_REATTACH_PROVIDERS that makes Terraform use this process as the provider. */
  public get reattach(): string {
    const Addr = { Network: "tcp", String: `127.0.0.1:${this.port}` };
    // With `Test: true` Terraform does not stop the process.
    return JSON.stringify({
      [PROVIDER]: { Protocol: "grpc", ProtocolVersion: 5, Pid: process.pid, Test: true, Addr },
    });
  }

  public stop(): void {
    this.server.forceShutdown();
  }

  private async listen(): Promise<void> {
    const definition = loader.loadSync(PROTO, { keepCase: true, longs: Number });
    const { tfplugin5 } = grpc.loadPackageDefinition(definition) as any;
    this.server.addService(tfplugin5.Provider.service, this.handlers());
    this.port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  private handlers(): grpc.UntypedServiceImplementation {
    const handlers: { [method: string]: Handler } = {
      GetSchema: () => schemaMessage(this.schema),
      PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
      ValidateResourceTypeConfig: () => ({}),
      ValidateDataSourceConfig: () => ({}),
      Configure: ({ config }, client) => {
        this.ignored.set(client, fromWire(config)?.ignore_defined_tags ?? []);
        return {};
      },
      UpgradeResourceState: ({ raw_state }) => ({ upgraded_state: { json: raw_state?.json } }),
      ReadResource: (request) => this.read(request),
      PlanResourceChange: (request, client) => this.plan(request, client),
      ApplyResourceChange: (request) => this.apply(request),
      ImportResourceState: (request) => this.import(request),
      ReadDataSource: (request) => this.readData(request),
      Stop: () => ({}),
    };
    return Object.fromEntries(
      Object.entries(handlers).map(([method, handler]) => [method, withErrorResponse(handler)]),
    );
  }

  private read({ type_name, current_state }: Request): object {
    const current = fromWire(current_state);
    return { new_state: toWire(current && (this.account.get(type_name, current.id) ?? null)) };
  }

  private plan({ type_name, prior_state, proposed_new_state }: Request, client: string): object {
    const { block } = this.resource(type_name);
    const prior = fromWire(prior_state);
    const proposed = fromWire(proposed_new_state);
    if (!proposed) return { planned_state: toWire(null) };
    const values = withoutIgnored(planned(block, proposed), prior, this.ignored.get(client) ?? []);
    return {
      planned_state: toWire(values),
      requires_replace: prior ? replacedPaths(type_name, block, prior, values) : [],
      diagnostics: this.rejections(PLAN_RULES, type_name, values),
    };
  }

  private apply({ type_name, prior_state, planned_state }: Request): object {
    const prior = fromWire(prior_state);
    const wanted = fromWire(planned_state);
    if (!wanted) {
      this.account.delete(type_name, prior.id);
      return { new_state: toWire(null) };
    }
    const values = withComputedAttributes(type_name, this.resource(type_name), wanted, this.account);
    if (!isKnown(values)) throw new Error(`${type_name}: a value is still unknown after the apply`);
    const diagnostics = this.rejections(APPLY_RULES, type_name, values);
    if (diagnostics.length > 0) return { new_state: toWire(prior), diagnostics };
    const { attributes = {} } = this.resource(type_name).block;
    const stored = "defined_tags" in attributes ? addTagDefaults(values, wanted, this.tagDefaults) : values;
    this.account.put(type_name, stored);
    // The result of an apply must be what was planned; Terraform reads other changes with the next refresh.
    const isPlanned = isKnown(wanted.defined_tags);
    return { new_state: toWire(isPlanned ? values : stored) };
  }

  /** Imports a resource with all attributes. The real provider returns the id only, and Terraform reads the attributes. */
  private import({ type_name, id = "" }: Request): object {
    const values = this.account.get(type_name, id);
    if (!values) return { diagnostics: [{ severity: ERROR, summary: `There is no ${type_name} ${id}` }] };
    return { imported_resources: [{ type_name, state: toWire(values) }] };
  }

  private readData({ type_name, config }: Request): object {
    const schema = this.schema.data_source_schemas[type_name];
    if (!schema) throw new Error(`There is no data source ${type_name}`);
    return { state: toWire(readDataSource(type_name, schema, fromWire(config), this.account)) };
  }

  private resource(type: string): Schema {
    const schema = this.schema.resource_schemas[type];
    if (!schema) throw new Error(`There is no resource type ${type}`);
    return schema;
  }

  private rejections(rules: readonly Rule[], type: string, values: Values): object[] {
    const found: Rejection[] = rules.flatMap((rule) => rule({ type, values, account: this.account }));
    return found.map((refusal) => ({ severity: ERROR, ...refusal }));
  }
}

/** Turns an exception of a handler into an error response with its stack, so that Terraform doesn't wait for an answer. */
function withErrorResponse(handler: Handler): grpc.handleUnaryCall<Request, object> {
  return (call, callback) => {
    try {
      callback(null, handler(call.request, call.getPeer()));
    } catch (error) {
      callback({ code: grpc.status.INTERNAL, details: error instanceof Error ? error.stack : String(error) });
    }
  };
}

import { type LogStoreProps, type OpenSearchInClusterProps } from "./log-destination-props";
import { LogRetention } from "./log-retention";
import { readOpenSearch, readStore, type ReadOpenSearch, type ReadStore } from "./private/read-destination";
import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";

/** Where collectors send log lines. */
@checked
export class LogDestination {
  /** OpenSearch in the cluster: three nodes that know each other and their clients by certificates, on encrypted volumes. */
  public static openSearchInCluster(props: OpenSearchInClusterProps): LogDestination {
    const problems = new Problems("LogDestination.openSearchInCluster");
    const read = readOpenSearch(problems, props, LogRetention._default());
    problems.throwIfAny();
    return new LogDestination("opensearch", read, undefined);
  }

  /** OpenSearch that others run: in the VCN, outside of it, or in the cluster. */
  public static openSearch(props: LogStoreProps): LogDestination {
    return LogDestination.store("LogDestination.openSearch", "opensearch", props);
  }

  /** Elasticsearch that others run: in the VCN, outside of it, or in the cluster. */
  public static elasticsearch(props: LogStoreProps): LogDestination {
    return LogDestination.store("LogDestination.elasticsearch", "elasticsearch", props);
  }

  private static store(factory: string, program: string, props: LogStoreProps): LogDestination {
    const problems = new Problems(factory);
    const read = readStore(problems, props);
    problems.throwIfAny();
    return new LogDestination(program, undefined, read);
  }

  private constructor(
    /** What it is: `opensearch` or `elasticsearch`. */
    public readonly program: string,
    private readonly own: ReadOpenSearch | undefined,
    private readonly others: ReadStore | undefined,
  ) {}

  /** Whether it runs in the cluster, made by the ClusterLogging. */
  public get isInCluster(): boolean {
    return this.own !== undefined;
  }

  /** @internal */
  public get _own(): ReadOpenSearch | undefined {
    return this.own;
  }

  /** @internal */
  public get _others(): ReadStore | undefined {
    return this.others;
  }
}

import { type LogStoreProps, type OpenSearchInClusterProps } from "./log-destination-props";
import {
  readOpenSearch,
  readStore,
  type ResolvedOpenSearch,
  type ResolvedStore,
} from "./private/read-destination";
import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";

/** The destination of log lines. */
@checked
export class LogDestination {
  /** OpenSearch in the cluster: three nodes that identify each other and their clients by certificates, on encrypted volumes. */
  public static openSearchInCluster(props: OpenSearchInClusterProps): LogDestination {
    const problems = new Problems("LogDestination.openSearchInCluster");
    return new LogDestination("opensearch", readOpenSearch(problems, props), undefined);
  }

  /** OpenSearch that you run elsewhere: in the cluster, in the VCN, or outside of it. */
  public static openSearch(props: LogStoreProps): LogDestination {
    return LogDestination.store("LogDestination.openSearch", "opensearch", props);
  }

  /** Elasticsearch that you run elsewhere: in the cluster, in the VCN, or outside of it. */
  public static elasticsearch(props: LogStoreProps): LogDestination {
    return LogDestination.store("LogDestination.elasticsearch", "elasticsearch", props);
  }

  private static store(factory: string, program: string, props: LogStoreProps): LogDestination {
    const problems = new Problems(factory);
    return new LogDestination(program, undefined, readStore(problems, props));
  }

  private constructor(
    /** The program: `opensearch` or `elasticsearch`. */
    public readonly program: string,
    private readonly own: ResolvedOpenSearch | undefined,
    private readonly others: ResolvedStore | undefined,
  ) {}

  /** Whether the ClusterLogging creates it in the cluster. */
  public get isInCluster(): boolean {
    return this.own !== undefined;
  }

  /** @internal */
  public get _own(): ResolvedOpenSearch | undefined {
    return this.own;
  }

  /** @internal */
  public get _others(): ResolvedStore | undefined {
    return this.others;
  }
}

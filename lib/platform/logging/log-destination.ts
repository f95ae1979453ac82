import {
  type ElasticsearchInClusterProps,
  type LogStoreProps,
  type OpenSearchInClusterProps,
} from "./log-destination-props";
import {
  readElasticsearch,
  readOpenSearch,
  readStore,
  type ResolvedStore,
  type ResolvedStoreInCluster,
} from "./private/read-destination";
import { type StoreProgram } from "./private/store-parts";
import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";

/** The destination of log lines. */
@checked
export class LogDestination {
  /** OpenSearch in the cluster: three nodes that authenticate each other and programs by certificates, on encrypted volumes. */
  public static openSearchInCluster(props: OpenSearchInClusterProps): LogDestination {
    const problems = new Problems("LogDestination.openSearchInCluster");
    return new LogDestination("opensearch", readOpenSearch(problems, props), undefined);
  }

  /**
   * Elasticsearch in the cluster: three nodes that accept connections with certificates only, on encrypted volumes.
   *
   * It needs the features of the basic licence only, under which programs are known by passwords, and searches are not audited.
   *
   * @see https://www.elastic.co/subscriptions
   */
  public static elasticsearchInCluster(props: ElasticsearchInClusterProps): LogDestination {
    const problems = new Problems("LogDestination.elasticsearchInCluster");
    return new LogDestination("elasticsearch", readElasticsearch(problems, props), undefined);
  }

  /** OpenSearch that you run elsewhere: in the cluster, in the VCN, or outside of it. */
  public static openSearch(props: LogStoreProps): LogDestination {
    return LogDestination.store("LogDestination.openSearch", "opensearch", props);
  }

  /** Elasticsearch that you run elsewhere: in the cluster, in the VCN, or outside of it. */
  public static elasticsearch(props: LogStoreProps): LogDestination {
    return LogDestination.store("LogDestination.elasticsearch", "elasticsearch", props);
  }

  private static store(factory: string, program: StoreProgram, props: LogStoreProps): LogDestination {
    const problems = new Problems(factory);
    return new LogDestination(program, undefined, readStore(problems, props));
  }

  private constructor(
    /** The program: `opensearch` or `elasticsearch`. */
    public readonly program: string,
    private readonly own: ResolvedStoreInCluster | undefined,
    private readonly others: ResolvedStore | undefined,
  ) {}

  /** Whether the ClusterLogging creates it in the cluster. */
  public get isInCluster(): boolean {
    return this.own !== undefined;
  }

  /** @internal */
  public get _own(): ResolvedStoreInCluster | undefined {
    return this.own;
  }

  /** @internal */
  public get _others(): ResolvedStore | undefined {
    return this.others;
  }
}

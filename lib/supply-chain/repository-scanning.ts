import { ImageScanning } from "./image-scanning";
import { checked } from "../core/checked";
import { valueOf } from "../core/readers";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

const SCANNING = valueOf(ImageScanning);

/** The vulnerability scanning of the images of a repository. */
@checked
export class RepositoryScanning {
  /** Scans images with a scanning that all such repositories of the stack and the compartment share. */
  public static enabled(): RepositoryScanning {
    return new RepositoryScanning();
  }

  /** Scans images with your own scanning, in the compartment of the repository. */
  public static by(scanning: ImageScanning): RepositoryScanning {
    const problems = new Problems("RepositoryScanning.by");
    SCANNING(problems, "scanning", scanning);
    problems.throwIfAny();
    return new RepositoryScanning(scanning);
  }

  /**
   * Creates no scanning for the images.
   *
   * The reason is recorded as an acknowledgement of the repository: for example, another team scans the whole
   * compartment.
   */
  public static none(choice: ReasonedChoice): RepositoryScanning {
    const reason = readChoice("RepositoryScanning.none", "A repository whose images are not scanned", choice);
    return new RepositoryScanning(undefined, reason);
  }

  private constructor(
    /** The scanning, if given. */
    public readonly scanning?: ImageScanning,
    /** The reason for no scanning, if there is none. */
    public readonly reason?: string,
  ) {}
}

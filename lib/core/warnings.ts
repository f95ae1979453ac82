import { Annotations } from "cdktf";
import { type IConstruct } from "constructs";

const WITH_ID = /^\[([a-z-]+)\] ([^]*)$/;

/**
 * Warns about a construct of a stack, `[id] text`: in the manifest of the app, from where the cdktf command shows it, and on stderr for
 * those who run the program without that command.
 */
export function addWarning(construct: IConstruct, warning: string): void {
  Annotations.of(construct).addWarning(warning);
  const [, code, text = warning] = WITH_ID.exec(warning) ?? [];
  process.emitWarning(text, { type: "SecureOkeWarning", code });
}

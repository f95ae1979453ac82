import { Annotations, type ISynthesisSession, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { ConstructMemo, StateOf } from "./construct-state";

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

/** What is likely wrong with a program as a whole; what is certainly wrong is thrown instead. */
export interface ProgramFinding {
  /** The id, such as `node-selector`. */
  readonly id: string;
  readonly construct: IConstruct;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

type Find = () => readonly ProgramFinding[];

const finders = new StateOf(findersOf);
const warnings = new StateOf<IConstruct, Set<string>>(() => new Set());

// While a stack is looked at.
let computed: ConstructMemo | undefined;

/** What is computed of a construct for findings: once while a stack is looked at, as nothing changes meanwhile. */
export function computeForFindings<T>(construct: IConstruct, compute: (construct: IConstruct) => T): T {
  return computed ? computed.compute(construct, compute) : compute(construct);
}

function findingsOf(stack: TerraformStack): readonly ProgramFinding[] {
  computed = new ConstructMemo();
  try {
    return (finders.peek(stack) ?? []).flatMap((find) => find());
  } finally {
    computed = undefined;
  }
}

/** Has something looked for whenever the stack of a construct is written, when all of the program is there. */
export function findWhenWritten(construct: IConstruct, find: Find): void {
  finders.of(TerraformStack.of(construct)).push(find);
}

/** The finders of a stack, which run whenever it is written. */
function findersOf(stack: TerraformStack): Find[] {
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      // Before the stack is written, so that the warnings are in the manifest of the app, which the cdktf command shows.
      for (const finding of findingsOf(stack)) warn(finding);
      inner.synthesize(session);
    },
  };
  return [];
}

function warn({ id, construct, what, why, fix }: ProgramFinding): void {
  const warning = [`${construct.node.path}: ${what}`, `  Why: ${why}`, `  Instead: ${fix}`].join("\n");
  const previous = warnings.of(construct);
  if (previous.has(warning)) return;
  previous.add(warning);
  addWarning(construct, `[${id}] ${warning}`);
}

import { kind } from "../../../core/value-readers";

/** Amounts of cdk8s, which an untyped program may give as something else. */
export const SIZE = kind(["toKibibytes"], "a Size of cdk8s, for example Size.gibibytes(100)");
export const DURATION = kind(["toDays"], "a Duration of cdk8s, for example Duration.days(90)");

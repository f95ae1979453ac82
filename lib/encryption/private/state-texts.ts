import { Token } from "cdktf";
import { shown } from "../../core/display-value";
import { checkGiven } from "../../core/required";
import { type Problems } from "../../core/validation-error";

const FORMS: { readonly [name: string]: { readonly form: RegExp; readonly fix: string } } = {
  bucketName: {
    form: /^[A-Za-z0-9_.-]{1,256}$/,
    fix: 'Give 1 to 256 letters, digits, "-", "_" and ".", as a literal',
  },
  region: {
    form: /^[a-z]+-[a-z]+-\d+$/,
    fix: 'Give the region\'s identifier as a literal, for example "eu-frankfurt-1"',
  },
  namespace: {
    form: /^[A-Za-z0-9_.-]{1,256}$/,
    fix: "Give the Object Storage namespace as a literal; oci os ns get prints it",
  },
  key: {
    form: /^(?!\/)(?!.*\/\/)[A-Za-z0-9_.\/-]{1,1024}(?<!\/)$/,
    fix: 'Give the name of an object as a literal, for example "shop.tfstate"',
  },
};

/** Adds a problem for each text that can't stand in a backend block or a statement, where no reference can stand either. */
export function checkTexts(problems: Problems, values: { readonly [name: string]: unknown }): void {
  checkGiven(problems, values);
  for (const [name, value] of Object.entries(values)) {
    const { form, fix } = FORMS[name] ?? { form: /^/, fix: "" };
    if (value === undefined || value === null) continue;
    if (typeof value === "string" && !Token.isUnresolved(value) && form.test(value)) continue;
    problems.add("NAME_INVALID", `${name} is ${shown(value)}`, fix);
  }
}

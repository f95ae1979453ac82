import { Token } from "cdktf";

/** The statement of a policy in readable form, without the placeholders of references to Terraform values. */
export function readableStatement(text: string): string {
  if (!Token.isUnresolved(text)) return text;
  return text
    .replace(/(request\.principal\.id = ')\$\{TfToken\[[^\]]*\]\}/g, "$1<OCID of the cluster>")
    .replace(/(compartment\.id = '|compartment id )\$\{TfToken\[[^\]]*\]\}/g, "$1<OCID of the compartment>")
    .replace(/\$\{TfToken\[[^\]]*\]\}/g, "<OCID of a reference>");
}

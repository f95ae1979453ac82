/** DNS labels of OCI are 1 to 15 letters and digits and begin with a letter. */
export function dnsLabel(id: string): string {
  const label = id
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/^[0-9]+/, "");
  return label.slice(0, 15) || "vcn";
}

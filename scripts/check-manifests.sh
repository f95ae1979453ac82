#!/usr/bin/env bash
# Checks the manifests of the synthesized examples against Kubernetes' own schemas, with unknown fields refused.
# Needs python3 and the Python package index; `npm run examples` first.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

versions=(1.33 1.34)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

python3 -m venv "$temporary/venv" || exit 1
"$temporary/venv/bin/pip" install --quiet --disable-pip-version-check 'kubernetes-validate>=1.34,<2' || exit 1

mapfile -d '' manifests < <(find examples -type f -path '*/cdktf.out/manifests/*.yaml' -print0 | sort -z)
if [ ${#manifests[@]} -eq 0 ]; then
  echo "There are no manifests; run npm run examples first"
  exit 1
fi
for version in "${versions[@]}"; do
  "$temporary/venv/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version" "${manifests[@]}" || exit 1
  echo "${#manifests[@]} files are valid for Kubernetes $version"
done

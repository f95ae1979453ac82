#!/usr/bin/env bash
# Checks the manifests of the synthesized examples, and hundreds of generated combinations of options, with the schemas of
# Kubernetes, where unknown fields are errors, and with the restricted Pod Security Standard of the API server. Each check must
# first reject an invalid manifest. SEED selects other combinations.
# The schemas need python3 and the Python package index, the standard needs go and the Go module proxy; without the language
# a check is skipped. Run `npm run examples` first.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# The minor versions in lib/cluster/kubernetes-versions.json.
versions=(1.34 1.35 1.36)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

mapfile -d '' manifests < <(find examples -type f -path '*/cdktf.out/manifests/*.yaml' -print0 | sort -z)
if [ ${#manifests[@]} -eq 0 ]; then
  echo "There are no manifests; run npm run examples first"
  exit 1
fi

node scripts/register.js test/exposure/write-combinations.ts "$temporary/combinations" || exit 1
manifests+=("$temporary"/combinations/*.yaml)

# A pod that may run as root, with a field that does not exist.
cat >"$temporary/broken.yaml" <<'END'
apiVersion: v1
kind: Pod
metadata:
  name: broken
  label: root
spec:
  containers:
    - name: broken
      image: example.com/broken
END

# Prints the objects of a manifest without custom resources, which Kubernetes has no schemas for: those of the OCI native ingress
# controller, the Gateway API, cert-manager, the Secrets Store CSI driver and External Secrets.
of_kubernetes() {
  awk '
    function flush() {
      if (text != "" && text !~ /\napiVersion: (ingress\.oraclecloud\.com|gateway\.networking\.k8s\.io|cert-manager\.io|secrets-store\.csi\.x-k8s\.io|external-secrets\.io)\//) printf "---%s", text
      text = "\n"
    }
    BEGIN { text = "\n" }
    /^---$/ { flush(); next }
    { text = text $0 "\n" }
    END { flush() }
  ' "$1"
}

validate() {
  local version=$1
  shift
  "$temporary/venv/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version" "$@"
}

check_schemas() {
  python3 -m venv "$temporary/venv" || return 1
  "$temporary/venv/bin/pip" install --quiet --disable-pip-version-check 'kubernetes-validate>=1.36,<2' || return 1
  local version manifest kept=() checks=() index failed=0
  for manifest in "${manifests[@]}"; do
    kept+=("$temporary/${manifest//\//_}")
    of_kubernetes "$manifest" >"${kept[-1]}"
  done
  # In parallel, because each check uses one core.
  for version in "${versions[@]}"; do
    check_schemas_of "$version" "${kept[@]}" >"$temporary/schemas-$version" 2>&1 &
    checks+=($!)
  done
  for index in "${!versions[@]}"; do
    wait "${checks[index]}" || failed=1
    cat "$temporary/schemas-${versions[index]}"
  done
  return $failed
}

check_schemas_of() {
  local version=$1
  shift
  if validate "$version" "$temporary/broken.yaml" >"$temporary/rejection-$version" 2>&1 ||
    ! grep -q "'label' was unexpected" "$temporary/rejection-$version"; then
    cat "$temporary/rejection-$version"
    echo "kubernetes-validate does not reject a field that Kubernetes $version does not have"
    return 1
  fi
  validate "$version" "$@" || return 1
  echo "${#manifests[@]} files are valid for Kubernetes $version"
}

check_pod_security() {
  (cd scripts/pod-security && go test ./... && go build -o "$temporary/pod-security" .) || return 1
  if grep -v label: "$temporary/broken.yaml" | "$temporary/pod-security" >"$temporary/rejection" 2>&1 ||
    ! grep -qx '1 pods, 1 rejected' "$temporary/rejection"; then
    cat "$temporary/rejection"
    echo "pod-security does not reject a pod that may run as root"
    return 1
  fi
  "$temporary/pod-security" -exceptions scripts/pod-security/exceptions.json "${manifests[@]}"
}

failed=0
if command -v python3 >/dev/null; then
  check_schemas || failed=1
else
  echo "The check with the schemas of Kubernetes is skipped: python3 is not on PATH"
fi
if command -v go >/dev/null; then
  check_pod_security || failed=1
else
  echo "The check with the Pod Security Standard is skipped: go is not on PATH"
fi
exit $failed

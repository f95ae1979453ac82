#!/bin/bash
set -o errexit
# The image's partition is smaller than the boot volume of the pool.
/usr/libexec/oci-growfs -y

#!/bin/bash
# Formats the first local disk of a dense I/O shape, and mounts it.
set -o errexit -o nounset
mkfs.xfs -f /dev/nvme0n1
mkdir -p /mnt/cache
mount /dev/nvme0n1 /mnt/cache

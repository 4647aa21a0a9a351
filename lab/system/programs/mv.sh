#!/bin/bash
# Before the real mv on a box where somebody waits for a file to be moved to its place.
if [ -e /.lab/break/mv ] && [[ $(realpath -m -- "${!#}") =~ $(cat /.lab/break/mv) ]]; then
  /usr/bin/mv /.lab/break/mv /.lab/break/mv.reached
  while [ -e /.lab/break/mv.reached ]; do sleep 0.05; done
fi
exec /usr/bin/mv "$@"

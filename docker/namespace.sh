#!/bin/sh
# The namespace and its search attributes. What is there already stays as it is.
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}"

# A server that has just begun refuses, and so does a namespace that has just been made.
in_the_end() {
  left=30
  until "$@"; do
    left=$((left - 1))
    test "$left" -gt 0
    sleep 2
  done
}

in_the_end temporal operator cluster health
# Named: to make it, the variable alone does not count.
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  in_the_end temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 90d

# One by one: of several, those that are new are forgotten where one is there.
for name in Market Process ProviderId Stage WaitingOn; do
  in_the_end temporal operator search-attribute create --name "$name" --type Keyword
done
in_the_end temporal operator search-attribute create --name DeadlineAt --type Datetime

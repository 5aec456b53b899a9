"""The parts of a stack on one machine: servers from wheels, children that end with their owner."""

"""What every vendor sandbox shares: faults as data, control routes, one server that mounts them all."""

def write_notices(*a): pass

call = x

throw new RangeError("no luck today")

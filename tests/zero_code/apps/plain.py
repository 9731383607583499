"""Records as many calls as the first argument says and ends."""

import sys

from zero_code.apps.call import record_call

for number in range(int(sys.argv[1])):
    record_call(number)
print("application done")

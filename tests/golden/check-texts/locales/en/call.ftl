call-us = Call.

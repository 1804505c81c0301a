call-us = 回家、饭前、便后，请用肥皂和流水，把手仔细洗干净。
    .title = 电话
    .short = 电话

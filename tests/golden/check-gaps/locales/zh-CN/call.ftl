call-us = 请拨打一二零。
    .title = 电话
    .short = 电话

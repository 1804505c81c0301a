flood-warning = 洪水来了，请马上往高处走。
    .title = 洪水警报
    .short = 洪水来了，往高处走。

all-clear = 预警解除，可以回家了。
    .title = 预警解除
    .short = 可以回家了。

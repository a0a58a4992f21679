import json
import os
import subprocess
import sys

SCRIPT = """
import os
from steamrec.training.tensorflow_quiet import keras
print(keras.config.floatx(), keras.config.epsilon(), keras.backend.backend(),
      os.environ["TF_ENABLE_ONEDNN_OPTS"], keras.layers.Dense(1).dtype_policy.name)
"""


def test_a_users_keras_settings_change_nothing(tmp_path):
    wrong = {"floatx": "float64", "epsilon": 0.1, "backend": "jax"}
    (tmp_path / "keras.json").write_text(json.dumps(wrong))
    variables = {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "jax", "TF_ENABLE_ONEDNN_OPTS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | variables,
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == ["float32", "1e-07", "tensorflow", "0", "float32"], run.stderr

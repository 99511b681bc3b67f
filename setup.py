"""Which folders go into the wheel: the package, and resources/ as its companion `workbench_resources`."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["workbench", "workbench.*"]), "workbench_resources"],
    package_dir={"workbench_resources": "resources"},
    package_data={"workbench": ["py.typed"], "workbench_resources": ["**/*"]},
)

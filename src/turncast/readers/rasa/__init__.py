"""Read and write Rasa projects: stories and rules, in YAML and in the markdown of Rasa 1."""

from turncast.readers.rasa.project import is_rasa, is_rasa_folder, project_files
from turncast.readers.rasa.reader import read_rasa
from turncast.readers.rasa.write import to_rasa_yaml

__all__ = ["is_rasa", "is_rasa_folder", "project_files", "read_rasa", "to_rasa_yaml"]

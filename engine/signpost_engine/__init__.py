"""What Rasa itself has to load: featurizer, clause classifier, and the script that starts it."""

"""What would close the findings, as files for the systems that can do it, and later which of it was done.

``write.write_remedies`` writes a folder, ``status.status_of`` compares it with a newer generation. Changes nothing
anywhere: a person or an integration imports the files.
"""

-- PostgreSQL tells its nodes when the generation changes; a file is asked. Nothing is needed here, and the numbers stay in step.
SELECT 1;

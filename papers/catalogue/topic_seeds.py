"""The topics a new installation starts with: saved searches that operators then make their own.

The words are those a field uses for itself, never those of one paper. Each list joins its
words with "or": `query` holds words that speak for the topic wherever they stand, and
`title_query` words that do so only in a title, because any abstract may mention them.
Stems decide what matches: "transformer" would also find "transformation", so words whose
stem is common stand here only inside a phrase.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Seed:
    """One topic as it is first stored. Both queries are in web-search syntax."""

    slug: str
    name: str
    description: str
    categories: tuple[str, ...]
    query: str
    title_query: str = ""


def _any(words: str) -> str:
    """Words and phrases with commas between; any one of them matches."""
    terms = [" ".join(term.split()) for term in words.split(",")]
    return " or ".join(f'"{term}"' if " " in term and " -" not in term else term for term in terms)


SEEDS: Final[tuple[Seed, ...]] = (
    Seed(
        "language-models",
        "Language models",
        "Large language models: pre-training, fine-tuning, reasoning, prompting and long context.",
        (),
        _any("""
            large language model, small language model, llm, slm, language model
            pretraining, pretrained language model, pre trained language model, masked
            language model, decoder only language model, transformer based language model,
            chain of thought, instruction tuning, instruction following, in context
            learning, supervised fine tuning, next token prediction, long context, chatgpt,
            gpt 4, mixture of experts, prompt engineering, reasoning model, llms, slms
        """),
        _any("""
            language model, language modeling, gpt, prompting
        """),
    ),
    Seed(
        "agents",
        "Agents",
        "Systems that plan, use tools, act and work together: web, computer and research agents.",
        ("cs.MA",),
        _any("""
            llm agent, language agent, language model agent, ai agent, autonomous agent,
            multi agent system, multi agent collaboration, web agent, gui agent, computer
            use, tool use, tool calling, function calling, deep research, agent framework,
            agent memory, llm agents, multi agent reinforcement learning, agentic system,
            agentic workflow, agentic ai
        """),
        _any("""
            agent, multi agent
        """),
    ),
    Seed(
        "multimodal",
        "Multimodal",
        "Vision with language and other pairs of senses: captions, visual questions, any-to-any.",
        (),
        _any("""
            multimodal, multi modal, vision language, vision and language, visual question
            answering, visual reasoning, visual grounding, image captioning, video
            captioning, audio captioning, audio visual, vlm, mllm, visual instruction
            tuning, document understanding, omni modal, vlms, mllms, lvlm, image text pair,
            image and text, image and language, visual conversation
        """),
        _any("""
            captioning, clip, text to image, omni, cross modal
        """),
    ),
    Seed(
        "image-generation",
        "Image generation",
        "Making and editing images: diffusion, flow matching, adversarial and token models.",
        (),
        _any("""
            text to image, image generation, image synthesis, image editing, image to image
            translation, generating images, personalized generation, image diffusion, latent
            diffusion, diffusion transformer, generative adversarial network, style
            transfer, inpainting, stable diffusion, controllable generation, virtual try on
        """),
        _any("""
            diffusion model, flow matching, rectified flow, gan, diffusion -language -policy
            -video -llm -graph
        """),
    ),
    Seed(
        "computer-vision",
        "Computer vision",
        "Seeing: recognition, detection, segmentation, tracking and visual representations.",
        ("cs.CV", "eess.IV"),
        _any("""
            computer vision, image classification, image recognition, image segmentation,
            semantic segmentation, instance segmentation, object detection, object
            recognition, object tracking, vision transformer, visual transformer, visual
            recognition, visual representation, vision model, imagenet, crowd counting, pose
            estimation, face recognition, super resolution, image restoration, image
            processing, image analysis, masked image modeling, vision task, optical flow,
            remote sensing, image patches
        """),
        _any("""
            image, vision, visual, segmentation, object, face
        """),
    ),
    Seed(
        "video",
        "Video",
        "Moving pictures: generation, understanding, representation and compression of video.",
        (),
        _any("""
            video generation, video understanding, video diffusion, video compression, video
            representation, video coding, video editing, video prediction, video model,
            video data, video question answering, video large language model, text to video,
            image to video, long video, action recognition, video world model, video
            retrieval, video inpainting, frames per second, video frame, video recognition,
            video codec
        """),
        _any("""
            video
        """),
    ),
    Seed(
        "3d-vision",
        "3D vision",
        "Scenes and shapes in three dimensions: reconstruction, splatting, point clouds, avatars.",
        ("cs.GR",),
        _any("""
            gaussian splatting, 3d reconstruction, 3d generation, 3d scene, 3d object, 3d
            shape, 3d gaussian, 3d aware, 3d representation, point cloud, novel view
            synthesis, radiance field, depth estimation, structure from motion, mesh
            generation, camera pose, 4d, slam, signed distance, human avatar, multi view
            stereo, multi view image, multi view geometry, multi view consistency, depth
            map, monocular depth
        """),
        _any("""
            3d, mesh, avatar, splatting
        """),
    ),
    Seed(
        "speech-audio",
        "Speech & audio",
        "Speech recognition and synthesis, voice, music and sound.",
        ("cs.SD", "eess.AS"),
        _any("""
            speech recognition, asr, text to speech, speech synthesis, speech signal, speech
            enhancement, speech separation, speech processing, speech generation, spoken
            language, speaker recognition, speaker verification, voice conversion, voice
            cloning, audio classification, audio captioning, audio generation, audio
            understanding, audio representation, audio encoder, audio signal, audio event,
            audio model, audioset, music generation, music information retrieval, source
            separation, sound event, spectrogram, speech command, librispeech
        """),
        _any("""
            speech, audio, voice, music, spoken, sound, speaker, acoustic
        """),
    ),
    Seed(
        "nlp",
        "Natural language processing",
        "Translation, summarisation, dialogue, question answering and the study of language.",
        ("cs.CL",),
        _any("""
            natural language processing, nlp, machine translation, neural machine
            translation, text summarization, abstractive summarization, summarization,
            dialogue system, dialog system, response selection, chatbot, question answering,
            named entity, sentiment analysis, text classification, computational
            linguistics, language understanding, natural language understanding, glue
            benchmark, multilingual, low resource language, word embedding, relation
            extraction, reading comprehension, part of speech, information extraction
        """),
        _any("""
            translation, dialogue, dialog, linguistic, summarize, news, tokenizer, text
            generation, conversational agent, conversational ai
        """),
    ),
    Seed(
        "information-retrieval",
        "Search & recommendation",
        "Finding and ranking: retrieval, recommenders, click prediction, retrieval for models.",
        ("cs.IR",),
        _any("""
            information retrieval, dense retrieval, document retrieval, passage retrieval,
            retrieval augmented, rag, recommender system, recommendation system, sequential
            recommendation, collaborative filtering, click through rate, ctr prediction,
            learning to rank, reranking, reranker, query expansion, search engine, semantic
            search, online advertising, nearest neighbor search
        """),
        _any("""
            retrieval, recommendation, recommender, click, ranking -low
        """),
    ),
    Seed(
        "code",
        "Code",
        "Programs: generation, repair, understanding and verification of software.",
        ("cs.SE", "cs.PL"),
        _any("""
            code generation, code completion, code intelligence, code representation, code
            search, code review, code model, code llm, source code, program synthesis,
            program repair, programming language, software engineering, abstract syntax
            tree, swe bench, unit test, coding agent, text to sql, theorem proving,
            humaneval, vulnerability detection
        """),
        _any("""
            programming, software, sql
        """),
    ),
    Seed(
        "reinforcement-learning",
        "Reinforcement learning",
        "Learning from reward: policies, exploration, offline data and reward models.",
        (),
        _any("""
            reinforcement learning, policy gradient, policy optimization, reward model,
            reward function, markov decision process, q learning, actor critic, offline rl,
            grpo, ppo, rlhf, rlvr, verifiable reward, multi armed bandit, imitation
            learning, world model
        """),
        _any("""
            reward, rl, bandit
        """),
    ),
    Seed(
        "robotics",
        "Robotics",
        "Robots that see, move and handle things: manipulation, navigation, driving.",
        ("cs.RO",),
        _any("""
            robot, robotic manipulation, vision language action, vla, embodied ai, embodied
            agent, manipulation task, dexterous, humanoid, legged locomotion, autonomous
            driving, motion planning, visual navigation, teleoperation, sim to real,
            grasping, quadrotor, vlas
        """),
        _any("""
            embodied, locomotion, grasp
        """),
    ),
    Seed(
        "efficient-ml",
        "Efficient ML",
        "Smaller and faster models: quantisation, distillation, pruning, fast inference.",
        (),
        _any("""
            quantization, quantized, knowledge distillation, distillation, model
            compression, pruning, low rank adaptation, lora, parameter efficient, efficient
            inference, inference speed, inference cost, inference latency, fast inference,
            faster inference, inference speedup, low latency, lower latency, low cost
            inference, speculative decoding, kv cache, computational cost, computationally
            efficient, resource constrained, early exit, sparse attention, linear attention,
            token pruning, small language model, network compression, low precision
        """),
        _any("""
            efficient, efficiency, lightweight, latency, fast, faster, acceleration, cache,
            1 bit, 4 bit
        """),
    ),
    Seed(
        "architectures",
        "Architectures",
        "Network designs and representation learning: attention, state spaces, autoencoders.",
        ("cs.NE",),
        _any("""
            neural architecture, novel architecture, new architecture, network architecture,
            architecture search, transformer architecture, attention mechanism, self
            attention, state space model, mamba, recurrent neural network, spiking,
            convolutional neural network, representation learning, self supervised learning,
            contrastive learning, residual connection, mixture of experts, positional
            encoding, neural operator, graph transformer, bottleneck, continual learning,
            masked autoencoder, kolmogorov arnold, hypernetwork, memory augmented, encoder
            decoder architecture, self attention mechanism, cnns, rnns, spiking neural
            network, autoencoder -sparse
        """),
        _any("""
            attention, architecture, transformer, autoencoder, deep network, convolutional,
            recurrent, "neural network" -graph -adversarial
        """),
    ),
    Seed(
        "interpretability",
        "Interpretability",
        "What happens inside: circuits, features, probes, explanations of predictions.",
        (),
        _any("""
            mechanistic interpretability, interpretable feature, sparse autoencoder, circuit
            analysis, circuit discovery, feature attribution, saliency map, probing, concept
            activation, counterfactual explanation, linear probe, activation patching,
            steering vector, attribution graph, explainable ai, explainable artificial
            intelligence, interpretable model, lack of interpretability, model
            interpretability, post hoc explanation, black box model, black box neural
            network
        """),
        _any("""
            interpretable, interpreting, explain, explanation, white box, mechanistic,
            feature circuit, interpretability, explainability
        """),
    ),
    Seed(
        "theory",
        "Theory",
        "Why learning works: optimisation, generalisation, scaling laws, statistics of learning.",
        ("stat.TH", "math.ST", "math.OC", "cs.CC"),
        _any("""
            scaling law, generalization bound, generalization error, inductive bias,
            learning theory, sample complexity, convergence rate, convergence guarantee,
            approximation theorem, universal approximation, gradient descent, stochastic
            gradient, loss landscape, non convex, minimax, overparameterized, neural tangent
            kernel, theoretical analysis, theoretical guarantee, we prove, hypothesis space,
            linear region, expressivity, regret bound, information theoretic, double
            descent, training loss, optimization landscape, adaptive optimizer, stochastic
            optimization, learning dynamics
        """),
        _any("""
            optimizer, convergence, bound, provable, learning algorithm, convex
            optimization, theory -conspiracy, theoretical -game
        """),
    ),
    Seed(
        "safety-alignment",
        "Safety & alignment",
        "Models that do what people want: alignment, red teaming, hallucination, bias, oversight.",
        ("cs.CY",),
        _any("""
            ai safety, safety alignment, human preference, preference alignment, preference
            optimization, jailbreak, red teaming, harmful content, hallucination, value
            alignment, rlhf, guardrail, toxicity, fairness, social bias, gender bias,
            scalable oversight, trustworthy ai, misinformation, deceptive, refusal,
            sycophancy
        """),
        _any("""
            safety, safe, trustworthy, harmful, ethics, responsible ai, alignment faking,
            superalignment, ai alignment, model alignment, bias -inductive
        """),
    ),
    Seed(
        "data-benchmarks",
        "Data & benchmarks",
        "New datasets, benchmarks, corpora and ways to evaluate.",
        ("cs.DB", "cs.DL"),
        _any("""
            new dataset, new benchmark, large scale dataset, benchmark dataset, novel
            dataset, novel benchmark, comprehensive benchmark, we introduce a benchmark,
            curate a dataset, data collection, dataset contains, benchmark designed, first
            benchmark, evaluation benchmark, synthetic data generation, data curation,
            annotated dataset, evaluation protocol
        """),
        _any("""
            dataset, benchmark, benchmarking, bench, corpus, database, leaderboard, arena
        """),
    ),
    Seed(
        "health-biology",
        "Health & biology",
        "Medicine and the life sciences: clinical text and images, proteins, genes, the brain.",
        ("q-bio",),
        _any("""
            medical image, medical imaging, medical, clinical, biomedical, patient, disease,
            diagnosis, healthcare, health care, electronic health record, radiology, chest x
            ray, pathology, protein, drug discovery, genomic, single cell, dna, molecular
            biology, cancer, surgical, eeg, fmri, neuroscience, pathologies
        """),
        _any("""
            medicine, health, biology, biological, brain, cell, gene, anatomical, tumor, mri
        """),
    ),
    Seed(
        "science-engineering",
        "Science & engineering",
        "Physics, chemistry, climate, materials, equations and design.",
        ("physics", "astro-ph", "cond-mat", "math.NA", "cs.CE", "nlin", "quant-ph", "eess.SY"),
        _any("""
            partial differential equation, pde, neural operator, operator learning, physics
            informed, scientific machine learning, scientific discovery, fluid dynamics,
            numerical simulation, numerical solver, finite element, climate, weather
            forecasting, earth observation, materials science, molecular dynamics, quantum
            computing, quantum, chemistry, chemical, astronomy, power grid, multigrid,
            dynamical system, surrogate model, wireless, pdes
        """),
        _any("""
            physics, scientific, weather, material, equation, engineering design,
            differential equation
        """),
    ),
    Seed(
        "graphs",
        "Graphs",
        "Graph neural networks, knowledge graphs, networks of things and people.",
        ("cs.SI",),
        _any("""
            graph neural network, gnn, graph convolutional, graph convolution, knowledge
            graph, graph transformer, graph representation, link prediction, node
            classification, message passing, heterogeneous graph, graph learning, community
            detection, social network, graph structure, hypergraph, gnns
        """),
        _any("""
            graph, subgraph
        """),
    ),
    Seed(
        "time-series",
        "Time series",
        "Forecasting, anomalies and models of values over time.",
        (),
        _any("""
            time series, forecasting, anomaly detection, temporal data, spatio temporal
            forecasting, traffic prediction, stock prediction, multivariate time series
        """),
        _any("""
            anomaly, temporal point process
        """),
    ),
    Seed(
        "compression",
        "Compression",
        "Codecs, lossy and lossless coding of images, video, audio and other data.",
        (),
        _any("""
            lossless compression, lossy compression, image compression, video compression,
            neural compression, data compression, learned compression, audio compression,
            compression rate, compression ratio, entropy coding, arithmetic coding, rate
            distortion, bitrate, codec, neural codec, transform coding, video coding,
            compression algorithm, compressed domain
        """),
        _any("""
            lossless, lossy
        """),
    ),
    Seed(
        "systems-hardware",
        "Systems & hardware",
        "Training and serving systems, accelerators, edge devices, distributed computing.",
        ("cs.DC", "cs.AR", "cs.OS", "cs.PF", "cs.NI", "cs.ET"),
        _any("""
            edge device, edge computing, edge server, split computing, on device, mobile
            device, fpga, hardware accelerator, hardware efficient, gpu kernel, cuda,
            neuromorphic, distributed training, federated learning, pipeline parallelism,
            tensor parallelism, llm serving, serving system, memory bandwidth, throughput,
            npu, in memory computing, data center, deep learning compiler, edge platform
        """),
        _any("""
            hardware, edge, accelerator, gpu, serving, distributed, federated, chip
        """),
    ),
    Seed(
        "security-privacy",
        "Security & privacy",
        "Attacks and defences, privacy, watermarks, secure and private learning.",
        ("cs.CR",),
        _any("""
            adversarial attack, adversarial example, adversarial robustness, backdoor
            attack, data poisoning, differential privacy, privacy preserving, membership
            inference, prompt injection, jailbreak, watermark, deepfake, malware, intrusion
            detection, homomorphic encryption, cybersecurity, machine unlearning, model
            extraction, phishing, vulnerability detection
        """),
        _any("""
            attack, privacy, private, security, secure, backdoor, unlearning, watermarking
        """),
    ),
)
